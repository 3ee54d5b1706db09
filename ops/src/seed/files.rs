//! Files of the demonstration: each is a small PDF that can be opened, sent before it is filed.

use serde_json::json;
use signing::bytes::{Hash, b64url};
use uuid::Uuid;

use super::model::{Sent, Wish};
use super::story::Story;

/// To whom a file belongs.
#[derive(Debug, Clone, Copy)]
pub enum Owner {
    /// An institution.
    Institution(Uuid),
    /// A worker whom it concerns.
    Person(Uuid),
}

impl Story {
    /// Somebody sends a file and files it; events may rest on it.
    pub fn attach(&mut self, signer: usize, kind: &str, owner: Owner, name: &str) -> Uuid {
        let id = self.model.id();
        let content = pdf(&format!("radledger demonstration {id}"));
        let digest = b64url(&Hash::of(&content).0);
        let bytes = content.len();
        let (data, person) = match owner {
            Owner::Institution(id) => {
                (json!({"kind": kind, "media": "PDF", "bytes": bytes, "institution": id, "sha256": digest}), None)
            }
            Owner::Person(id) => {
                let person = json!({"kind": "person", "id": id});
                (json!({"kind": kind, "media": "PDF", "bytes": bytes, "person": person, "digest": digest}), Some(id))
            }
        };
        self.model.send(Sent { id, person, name: name.to_owned(), content });
        self.act(signer, Wish::new("attachment.filed", id, data));
        id
    }
}

/// A PDF of one page with one line of text (ISO 32000-1).
fn pdf(line: &str) -> Vec<u8> {
    let drawing = format!("BT /F1 12 Tf 72 760 Td ({line}) Tj ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{drawing}\nendstream", drawing.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    let mut text = String::from("%PDF-1.4\n");
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (number, object) in (1..).zip(&objects) {
        table.push_str(&format!("{:010} 00000 n \n", text.len()));
        text.push_str(&format!("{number} 0 obj\n{object}\nendobj\n"));
    }
    let at = text.len();
    let size = objects.len() + 1;
    text.push_str(&format!("{table}trailer << /Size {size} /Root 1 0 R >>\nstartxref\n{at}\n%%EOF\n"));
    text.into_bytes()
}
