//! An act's fields on the command line, written as the record writes them: `name=text`, `name:=json`, `name=@file` for
//! a file's digest; `a.b=` for a field of a field and `a[]=` for one more element of a list.

use std::fs;

use serde_json::{Map, Value};
use types::Digest;

use crate::shell::Failure;

/// Files larger than this are named by their digest only, not kept with the record.
const ATTACHED_MAX_BYTES: usize = docket::journal::DOCUMENT_MAX_BYTES;

/// What fields say, and the files that they name.
#[derive(Debug, PartialEq)]
pub struct Fields {
    /// The object.
    pub object: Value,
    /// Files named by digest that are texts of a size that is kept with the record.
    pub attached: Vec<String>,
}

/// Reads fields.
pub fn read(words: &[String]) -> Result<Fields, Failure> {
    let mut fields = Fields { object: Value::Object(Map::new()), attached: Vec::new() };
    for word in words {
        let wrong = |what: &str| Failure::usage(format!("{word:?} is no field: {what}"));
        let (name, said) =
            word.split_once('=').ok_or_else(|| wrong("write name=text, name:=json or name=@file"))?;
        let (name, value) = match name.strip_suffix(':') {
            Some(name) => {
                (name, serde_json::from_str(said).map_err(|_| wrong("what follows := is not JSON"))?)
            }
            None => (
                name,
                said.strip_prefix('@')
                    .map_or_else(|| Ok(Value::from(said)), |file| attach(file, &mut fields.attached))?,
            ),
        };
        put(&mut fields.object, name, value).ok_or_else(|| wrong("it contradicts another field"))?;
    }
    Ok(fields)
}

fn attach(file: &str, attached: &mut Vec<String>) -> Result<Value, Failure> {
    let bytes = fs::read(file).map_err(|error| Failure::input(format!("{file} cannot be read: {error}")))?;
    let digest = Digest::of(&bytes).to_string();
    if let Ok(text) = String::from_utf8(bytes)
        && text.len() <= ATTACHED_MAX_BYTES
    {
        attached.push(text);
    }
    Ok(Value::from(digest))
}

fn put(at: &mut Value, name: &str, value: Value) -> Option<()> {
    if let Some((first, rest)) = name.split_once('.') {
        let inner = at.as_object_mut()?.entry(first).or_insert_with(|| Value::Object(Map::new()));
        return put(inner, rest, value);
    }
    if let Some(name) = name.strip_suffix("[]") {
        let list = at.as_object_mut()?.entry(name).or_insert_with(|| Value::Array(Vec::new()));
        list.as_array_mut()?.push(value);
        return Some(());
    }
    let before = at.as_object_mut()?.insert(name.to_owned(), value);
    before.is_none().then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn fields_become_the_object_that_the_record_writes() {
        let said = words(&["a=x=y", "b.c:=3", "b.d=", "e[]=one", "e[]=two", "f:={\"g\":null}"]);
        let wanted = json!({"a": "x=y", "b": {"c": 3, "d": ""}, "e": ["one", "two"], "f": {"g": null}});
        assert_eq!(read(&said).unwrap().object, wanted);
    }

    #[test]
    fn a_file_is_named_by_its_digest_and_a_text_is_attached() {
        let folder = tempfile::tempdir().unwrap();
        let (text, bytes) = (folder.path().join("text"), folder.path().join("bytes"));
        fs::write(&text, "a letter").unwrap();
        fs::write(&bytes, [0xff, 0xfe]).unwrap();
        let said = [format!("a=@{}", text.display()), format!("b=@{}", bytes.display())];
        let fields = read(&said).unwrap();
        assert_eq!(fields.object["a"], json!(Digest::of(b"a letter").to_string()));
        assert_eq!(fields.attached, ["a letter"]);
    }

    #[test]
    fn what_is_no_field_is_named() {
        for said in ["word", "a:=x", "a=@/no/such/file"] {
            assert!(read(&words(&[said])).is_err(), "{said}");
        }
        assert!(read(&words(&["a=1", "a=2"])).is_err());
        assert!(read(&words(&["a=1", "a.b=2"])).is_err());
        assert!(read(&words(&["a[]=1", "a=2"])).is_err());
    }
}
