use std::io::Write;
use std::net::TcpListener;

fn main() -> std::io::Result<()> {
    for stream in TcpListener::bind("0.0.0.0:8000")?.incoming() {
        stream?.write_all(b"HTTP/1.0 200 OK\r\n\r\nok")?;
    }
    Ok(())
}
