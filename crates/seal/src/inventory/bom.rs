//! The inventory as a CycloneDX 1.6 machine-learning bill of materials.

use serde_json::{Value, json};
use types::Timestamp;

use super::Inventory;
use crate::manifest::Manifest;

/// The bill of materials of a model: what it says it is, and every file with its digest.
#[must_use]
pub fn ml_bom(inventory: &Inventory, manifest: &Manifest, at: Timestamp) -> Value {
    let file = |file: &crate::FileEntry| {
        json!({
            "type": "file",
            "bom-ref": format!("file:{}", file.path),
            "name": file.path,
            "hashes": [{"alg": "SHA-256", "content": file.sha256.to_hex()}],
            "properties": [{"name": "proofhouse:size_bytes", "value": file.size_bytes.to_string()}],
        })
    };
    let mut component = json!({
        "type": "machine-learning-model",
        "bom-ref": manifest.identity().to_string(),
        "name": manifest.name(),
        "hashes": [{"alg": "SHA-256", "content": manifest.root().to_hex()}],
        "modelCard": {"modelParameters": {}},
        "properties": [
            {"name": "proofhouse:identity", "value": manifest.identity().to_string()},
            {"name": "proofhouse:parameters", "value": inventory.parameters.to_string()},
            {"name": "proofhouse:tensors", "value": inventory.tensors.to_string()},
        ],
        "components": manifest.files().iter().map(file).collect::<Vec<_>>(),
    });
    if let Some(architecture) = &inventory.architecture {
        component["modelCard"]["modelParameters"]["modelArchitecture"] = json!(architecture);
    }
    if let (Some(tokenizer), Some(properties)) =
        (&inventory.tokenizer, component["properties"].as_array_mut())
    {
        properties.push(json!({"name": "proofhouse:tokenizer", "value": tokenizer}));
    }
    if inventory.licence.is_some() || inventory.licence_text.is_some() {
        let mut licence =
            json!({"name": inventory.licence.as_deref().unwrap_or("as in the model's licence file")});
        if let Some(text) = &inventory.licence_text {
            licence["text"] = json!({"contentType": "text/plain", "content": text});
        }
        component["licenses"] = json!([{"license": licence}]);
    }
    json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"timestamp": at.to_string(), "component": component},
    })
}
