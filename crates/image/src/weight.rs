//! How many bytes of a layer travel when it is pulled.

use std::io::{self, BufRead as _, BufReader, Read, Write};

use flate2::{Compression, write::GzEncoder};

use crate::layer::{is_gzip, is_zstd};

/// The bytes of a layer as a registry keeps it: as it is where it is compressed already; else with gzip at its default level,
/// as engines push it.
pub(crate) fn weight(bytes: impl Read) -> io::Result<u64> {
    let mut bytes = BufReader::with_capacity(1 << 16, bytes);
    let first = bytes.fill_buf()?;
    if is_gzip(first) || is_zstd(first) {
        return io::copy(&mut bytes, &mut io::sink());
    }
    let mut encoder = GzEncoder::new(Counter(0), Compression::default());
    io::copy(&mut bytes, &mut encoder)?;
    Ok(encoder.finish()?.0)
}

/// Counts what is written to it.
struct Counter(u64);

impl Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::weight;

    #[test]
    fn what_is_compressed_already_counts_as_it_is() {
        let plain = vec![b'a'; 100_000];
        let packed = weight(plain.as_slice()).expect("memory");
        assert!(packed > 20 && packed < 1000, "{packed}");
        let gzip = [&[0x1f, 0x8b, 8, 0], plain.as_slice()].concat();
        assert_eq!(weight(gzip.as_slice()).expect("memory"), 100_004);
    }
}
