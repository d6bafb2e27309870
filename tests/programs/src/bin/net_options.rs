//! The options of sockets read back as they were set.
//@ net = true

use std::net::{TcpListener, TcpStream, UdpSocket};

fn main() -> std::io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let client = TcpStream::connect(listener.local_addr()?)?;
    let udp = UdpSocket::bind("127.0.0.1:0")?;
    println!("ttl: {} {} {}", listener.ttl()?, client.ttl()?, udp.ttl()?);
    listener.set_ttl(100)?;
    client.set_ttl(101)?;
    udp.set_ttl(102)?;
    println!("ttl: {} {} {}", listener.ttl()?, client.ttl()?, udp.ttl()?);
    println!("ttl 0: {:?}", client.set_ttl(0).unwrap_err().kind());
    println!("ttl 256: {:?}", udp.set_ttl(256).unwrap_err().kind());

    println!("nodelay: {}", client.nodelay()?);
    client.set_nodelay(true)?;
    println!("nodelay: {} {}", client.nodelay()?, client.try_clone()?.nodelay()?);
    client.set_nodelay(false)?;
    println!("nodelay: {}", client.nodelay()?);

    println!("broadcast: {}", udp.broadcast()?);
    println!(
        "errors: {:?} {:?} {:?}",
        listener.take_error()?.is_none(),
        client.take_error()?.is_none(),
        udp.take_error()?.is_none()
    );
    Ok(())
}
