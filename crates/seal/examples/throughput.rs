//! How fast models are signed, verified and encrypted: `throughput FOLDER KEY SIGN VERIFY AGE`, where the last three are
//! what the peers reached in GB/s on the same files.
//!
//! The encrypted parts are written to nowhere: a disk's speed is not this room's.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench prints, and ends at the first thing that is off"
)]
#![expect(clippy::disallowed_methods, reason = "a bench reads the clock")]

use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::thread;
use std::time::Instant;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use seal::sealed::{DataKey, PartSink, PartSize, Parts, Place, StoreError, take_sealed};
use seal::signing::{SigningKey, sign, verify};
use types::Hasher;

/// What each ceiling is measured over, per core.
const CEILING_BYTES: usize = 2 << 30;
const BATCH_BYTES: usize = 128 << 10;
const CHUNK_BYTES: usize = 16 << 10;
const ROUNDS: usize = 3;

struct Nowhere;
struct Sink;

impl PartSink for Sink {
    fn write(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        black_box(bytes);
        Ok(())
    }
    fn commit(self: Box<Self>) -> Result<(), StoreError> {
        Ok(())
    }
}

impl Parts for Nowhere {
    fn list(&self) -> Result<Vec<(String, u64)>, StoreError> {
        Ok(Vec::new())
    }
    fn create(&self, _: &str) -> Result<Box<dyn PartSink + '_>, StoreError> {
        Ok(Box::new(Sink))
    }
    fn read(&self, name: &str, _: u64, _: &mut [u8]) -> Result<(), StoreError> {
        let source = std::io::ErrorKind::NotFound.into();
        Err(StoreError { name: name.to_owned(), verb: "read", source })
    }
    fn remove(&self, _: &str) -> Result<(), StoreError> {
        Ok(())
    }
    fn settle(&self) -> Result<(), StoreError> {
        Ok(())
    }
    fn free_bytes(&self) -> Result<u64, StoreError> {
        Ok(u64::MAX)
    }
}

/// GB/s of `run` over `bytes`, the best of some rounds: what others do on the machine only ever takes away.
fn rate(bytes: u64, mut run: impl FnMut()) -> f64 {
    let once = |()| {
        let start = Instant::now();
        run();
        bytes as f64 / start.elapsed().as_secs_f64() / 1e9
    };
    std::iter::repeat_n((), ROUNDS).map(once).fold(0.0, f64::max)
}

/// What every core together reaches on bytes that are in its cache, without reading or writing any.
fn ceiling(encrypt: bool) -> f64 {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    rate((cores * CEILING_BYTES) as u64, || {
        thread::scope(|scope| {
            for _ in 0..cores {
                scope.spawn(|| {
                    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &[1; 32]).unwrap());
                    let (mut bytes, mut hasher) = (vec![7; BATCH_BYTES], Hasher::default());
                    for _ in 0..CEILING_BYTES / BATCH_BYTES {
                        hasher.update(&bytes);
                        if encrypt {
                            for chunk in bytes.chunks_mut(CHUNK_BYTES) {
                                let nonce = Nonce::assume_unique_for_key([0; 12]);
                                let tag = key.seal_in_place_separate_tag(nonce, Aad::empty(), chunk).unwrap();
                                black_box(tag.as_ref());
                            }
                        }
                    }
                    black_box(hasher.finish());
                });
            }
        });
    })
}

fn peak_rss_mib() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
}

fn print(metric: &str, value: f64, unit: &str, peer: &str, peer_value: f64) {
    let ratio = value / peer_value;
    println!(
        r#"{{"bench":"seal","metric":"{metric}","value":{value:.3},"unit":"{unit}","peer":"{peer}","peer_value":{peer_value:.3},"ratio":{ratio:.3}}}"#
    );
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, key, peers @ ..] = &arguments[..] else {
        return println!("give FOLDER KEY SIGN VERIFY AGE");
    };
    let peers: Vec<f64> = peers.iter().map(|peer| peer.parse().unwrap()).collect();
    let folder = Path::new(folder);
    let key = SigningKey::from_pem(&fs::read_to_string(key).unwrap()).unwrap();
    let (manifest, bundle) = sign(folder, &key, &[], &mut |_, _| {}).unwrap();
    let bytes = manifest.files().iter().map(|file| file.size_bytes).sum();

    let signing = rate(bytes, || drop(sign(folder, &key, &[], &mut |_, _| {}).unwrap()));
    let (bundle, public) = (bundle.to_json(), key.verifying());
    let verifying = rate(bytes, || drop(verify(folder, bundle.as_bytes(), &public, &mut |_, _| {}).unwrap()));
    let encrypting = rate(bytes, || {
        let place = Place { case: "bench".to_owned(), artefact: "bench".to_owned() };
        let key = DataKey::generate().unwrap();
        take_sealed(folder, place, key, &Nowhere, PartSize::DEFAULT, &|_, _| ()).unwrap();
    });
    let peak = peak_rss_mib();
    let (sha256, fused) = (ceiling(false), ceiling(true));
    print("sign_gb_s", signing, "GB/s", "model_signing 1.1.1", peers[0]);
    print("verify_gb_s", verifying, "GB/s", "model_signing 1.1.1", peers[1]);
    print("hash_encrypt_gb_s", encrypting, "GB/s", "age", peers[2]);
    print("sha256_ceiling_gb_s", sha256, "GB/s", "sign_gb_s", signing);
    print("fused_ceiling_gb_s", fused, "GB/s", "hash_encrypt_gb_s", encrypting);
    print("peak_rss_mib", peak, "MiB", "limit", 64.0);
}
