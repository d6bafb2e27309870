/* Calls back with a frame of its own on the stack, and says whether the frame is still what it was. */
int c_call_with_a_frame(void (*f)(void *), void *context) {
    volatile char frame[1024];
    for (int i = 0; i < 1024; i++) frame[i] = (char)i;
    f(context);
    for (int i = 0; i < 1024; i++)
        if (frame[i] != (char)i) return 0;
    return 1;
}
