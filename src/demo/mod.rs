//! The embedded demo: an S3 server in this process, and the situation that it is filled with.
