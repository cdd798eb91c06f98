use std::fs;
use std::path::Path;

use types::Timestamp;

use super::folder;
use super::mutate::mutations;
use crate::inventory::{ml_bom, parse_gguf, parse_safetensors, read};

const HEADER: &str = r#"{"__metadata__":{"license":"mit"},"w":{"dtype":"F16","shape":[2,3],"data_offsets":[0,12]},"b":{"dtype":"F32","shape":[],"data_offsets":[12,16]}}"#;

fn safetensors(header: &str, data_bytes: usize) -> Vec<u8> {
    [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &vec![0; data_bytes]].concat()
}

fn gguf() -> Vec<u8> {
    let text = |text: &str| [&(text.len() as u64).to_le_bytes()[..], text.as_bytes()].concat();
    let mut bytes = [&b"GGUF"[..], &3_u32.to_le_bytes(), &1_u64.to_le_bytes(), &3_u64.to_le_bytes()].concat();
    for (name, value) in [("general.architecture", "llama"), ("tokenizer.ggml.model", "gpt2")] {
        bytes.extend([text(name), 8_u32.to_le_bytes().to_vec(), text(value)].concat());
    }
    let list = [9_u32.to_le_bytes(), 8_u32.to_le_bytes()].concat();
    bytes.extend([text("tokens"), list, 2_u64.to_le_bytes().to_vec(), text("a"), text("b")].concat());
    let shape = [7_u64.to_le_bytes(), 11_u64.to_le_bytes()].concat();
    bytes.extend([text("w"), 2_u32.to_le_bytes().to_vec(), shape, vec![0; 12]].concat());
    bytes
}

fn code(path: &Path) -> &'static str {
    read(path).map_or_else(|error| error.code(), |_| "read")
}

#[test]
fn headers_are_read_into_a_bill_of_materials() {
    let weights = safetensors(HEADER, 16);
    let model = folder(&[
        ("m/model.safetensors", &weights),
        ("m/config.json", br#"{"architectures":["LlamaForCausalLM"]}"#),
        ("m/tokenizer.json", b"{}"),
        ("m/LICENSE", b"do as you like"),
    ]);
    let path = model.path().join("m");
    let inventory = read(&path).unwrap();
    assert_eq!((inventory.parameters, inventory.tensors), (7, 2));
    let manifest = crate::take(&path, &mut |_, _| {}).unwrap();
    let bom = ml_bom(&inventory, &manifest, Timestamp::from_unix_millis(0).unwrap());
    let component = &bom["metadata"]["component"];
    assert_eq!(component["type"], "machine-learning-model");
    assert_eq!(component["modelCard"]["modelParameters"]["modelArchitecture"], "LlamaForCausalLM");
    assert_eq!(component["licenses"][0]["license"]["name"], "mit");
    assert_eq!(component["licenses"][0]["license"]["text"]["content"], "do as you like");
    assert_eq!(component["components"].as_array().unwrap().len(), 4);
    fs::write(path.join("weights.gguf"), gguf()).unwrap();
    assert_eq!(read(&path).unwrap().parameters, 84);
}

#[test]
fn pickles_and_code_are_refused_by_name() {
    let weights = safetensors(HEADER, 16);
    let cases: [(&str, &[u8], &str); 8] = [
        ("m/a.pt", b"", "inventory-pickle"),
        ("m/pytorch_model.bin", b"PK\x03\x04", "inventory-pickle"),
        ("m/pytorch_model.bin", b"\x80\x02}q\x00", "inventory-pickle"),
        ("m/renamed.safetensors", b"\x80\x04\x95\x00\x00\x00\x00\x00\x00", "inventory-pickle"),
        ("m/modeling.py", b"", "inventory-remote-code"),
        ("m/config.json", br#"{"auto_map":{"AutoModel":"m.M"}}"#, "inventory-remote-code"),
        ("m/config.json", b"{", "inventory-header"),
        ("m/notes.bin", b"plain", "read"),
    ];
    for (name, contents, expected) in cases {
        let model = folder(&[("m/model.safetensors", &weights), (name, contents)]);
        assert_eq!(code(&model.path().join("m")), expected, "{name}");
    }
    assert_eq!(code(&folder(&[("m/a", b"")]).path().join("m")), "inventory-no-weights");
}

#[test]
fn headers_that_cannot_be_are_refused() {
    assert!(parse_safetensors(HEADER.as_bytes(), 16).is_ok());
    for (from, to) in [
        ("[0,12]", "[0,13]"),
        ("[2,3]", "[9,3]"),
        ("[12,16]", "[11,15]"),
        ("F16", "F17"),
        ("[2,3]", "[18446744073709551615,3]"),
    ] {
        assert!(parse_safetensors(HEADER.replace(from, to).as_bytes(), 16).is_err(), "{from} {to}");
    }
    assert!(parse_safetensors(HEADER.as_bytes(), 17).is_err());
    let claims = [&u64::MAX.to_le_bytes()[..], b"{}"].concat();
    assert_eq!(code(&folder(&[("m/a.safetensors", &claims)]).path().join("m")), "inventory-header");
    assert!(parse_gguf(&gguf()).is_ok());
}

#[test]
fn no_changed_header_breaks_a_reader() {
    mutations(&[HEADER.as_bytes()], 5_000, |bytes| drop(parse_safetensors(bytes, 16)));
    mutations(&[&gguf()], 20_000, |bytes| drop(parse_gguf(bytes)));
}
