//! Two components, one of which uses the other: resources, streams, futures, threads, and calls that overlap. They are the
//! examples of this package.
