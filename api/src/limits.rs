//! Every bound that the service has, in one struct, and the check of a document against them.
//!
//! A query is judged before anything runs: its text by size, its shape by depth, aliases and directives, its work by
//! a cost in which a list counts as often as it may have items. Documents are parsed once and kept (bounded).

use std::sync::Arc;
use std::time::Duration;

use async_graphql::Value as Constant;
use async_graphql::Variables;
use async_graphql::parser::types::Field;
use async_graphql::parser::types::{DocumentOperations, ExecutableDocument, OperationType, Selection, SelectionSet};

use crate::error::ApiError;
use crate::graphql::record::LOOKS;

/// Every bound of the service. Clients read them at `node { limits }`.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Largest request body, in bytes: a unit of 2 MiB in base64 with its openings fits.
    pub body_bytes: usize,
    /// Largest file to be imported, in bytes.
    pub import_bytes: usize,
    /// Longest GraphQL document, in bytes.
    pub document_bytes: usize,
    /// Deepest selection.
    pub depth: usize,
    /// Largest cost: every field counts one, a list as often as it may have items.
    pub complexity: usize,
    /// Most aliases in a document.
    pub aliases: usize,
    /// Most directives in a document.
    pub directives: usize,
    /// Items of a page when `first` is absent.
    pub page_default: usize,
    /// Most items of a page.
    pub page_max: usize,
    /// Most units of one `append`.
    pub units_max: usize,
    /// Most characters of a text filter.
    pub text_chars: usize,
    /// Most values of one filter.
    pub filter_values: usize,
    /// Most positions between the two moments of `changes`.
    pub changes_max: usize,
    /// Longest wait of `atLeast`.
    pub wait: Duration,
    /// Longest time that a request may take.
    pub request: Duration,
    /// Documents kept parsed.
    pub documents: usize,
    /// Open websockets.
    pub sockets: usize,
    /// Subscriptions of one websocket.
    pub subscriptions: usize,
    /// Life of a session.
    pub session: Duration,
    /// Life of a login challenge.
    pub challenge: Duration,
    /// Most lines of a laboratory whose name or identity number did not fit, of one account within an hour.
    pub mismatches_per_hour: usize,
    /// Most sealed values that one account is shown in the clear within an hour.
    pub unmask_per_hour: usize,
    /// Most files about people that one account may take along in an hour.
    pub taken_per_hour: usize,
    /// Files that are sent or fetched at the same time: each is held in memory as a whole.
    pub files_at_once: usize,
    /// Most files that one account may send within a day.
    pub files_per_day: usize,
    /// Most bytes of files that one account may send within a day.
    pub file_bytes_per_day: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 8 << 20,
            import_bytes: crate::import::BYTES_MAX,
            document_bytes: 32 << 10,
            depth: 18,
            complexity: 60_000,
            aliases: 50,
            directives: 50,
            page_default: 20,
            page_max: 100,
            units_max: 1000,
            text_chars: 100,
            filter_values: 20,
            changes_max: 200_000,
            wait: Duration::from_secs(5),
            request: Duration::from_secs(30),
            documents: 1000,
            sockets: 1024,
            subscriptions: 16,
            session: Duration::from_secs(12 * 3600),
            challenge: Duration::from_secs(120),
            mismatches_per_hour: 1_000,
            unmask_per_hour: 300,
            taken_per_hour: 60,
            files_at_once: 4,
            files_per_day: 500,
            file_bytes_per_day: 2 << 30,
        }
    }
}

/// Fields that answer a page beside the lists of the kinds: they take `first` and count as often as that.
const PAGED: &[&str] = &["history", "events", "search", "accessLog", "employments", "results", "importJobs"];

/// Whether a field answers a page.
fn is_paged(field: &str) -> bool {
    PAGED.contains(&field) || LOOKS.iter().any(|look| look.list == field)
}

/// Parsed documents by their text.
pub struct Documents {
    limits: Limits,
    parsed: quick_cache::sync::Cache<Box<str>, Arc<ExecutableDocument>>,
}

impl Documents {
    /// An empty cache.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self { parsed: quick_cache::sync::Cache::new(limits.documents), limits }
    }

    /// Parses a document, or finds it parsed, and judges it with its variables.
    ///
    /// # Errors
    /// [`ApiError::Document`] when it is no GraphQL, [`ApiError::Limit`] when it is too much.
    pub fn admit(
        &self,
        text: &str,
        operation: Option<&str>,
        variables: &Variables,
    ) -> Result<Arc<ExecutableDocument>, ApiError> {
        if text.len() > self.limits.document_bytes {
            return Err(ApiError::Limit { what: "documentBytes", limit: self.limits.document_bytes });
        }
        let document = match self.parsed.get(text) {
            Some(document) => document,
            None => {
                let document =
                    async_graphql::parser::parse_query(text).map_err(|error| ApiError::Document(error.to_string()))?;
                let document = Arc::new(document);
                self.parsed.insert(text.into(), document.clone());
                document
            }
        };
        Walk { limits: &self.limits, document: &document, variables, cost: 0, aliases: 0, directives: 0, steps: 0 }
            .document(operation)?;
        Ok(document)
    }
}

/// Type of the operation that would run.
#[must_use]
pub fn operation_type(document: &ExecutableDocument, operation: Option<&str>) -> Option<OperationType> {
    document
        .operations
        .iter()
        .find(|(name, _)| operation.is_none_or(|wanted| name.is_some_and(|name| name.as_str() == wanted)))
        .map(|(_, operation)| operation.node.ty)
}

struct Walk<'a> {
    limits: &'a Limits,
    document: &'a ExecutableDocument,
    variables: &'a Variables,
    cost: usize,
    aliases: usize,
    directives: usize,
    steps: usize,
}

impl<'a> Walk<'a> {
    fn document(&mut self, operation: Option<&str>) -> Result<(), ApiError> {
        match &self.document.operations {
            DocumentOperations::Single(single) => self.set(&single.node.selection_set.node, 1, 1, 0),
            DocumentOperations::Multiple(many) => {
                // Only the one named runs, but all are validated: the shape of each is judged.
                for (name, definition) in many {
                    let counted = self.cost;
                    self.set(&definition.node.selection_set.node, 1, 1, 0)?;
                    if operation.is_some_and(|wanted| wanted != name.as_str()) {
                        self.cost = counted;
                    }
                }
                Ok(())
            }
        }
    }

    fn set(&mut self, set: &'a SelectionSet, depth: usize, times: usize, nesting: usize) -> Result<(), ApiError> {
        // Fragments that spread fragments could multiply without a single field: steps bound the walk itself.
        if depth > self.limits.depth || nesting > 2 * self.limits.depth {
            return Err(ApiError::Limit { what: "depth", limit: self.limits.depth });
        }
        for selection in &set.items {
            self.steps += 1;
            if self.steps > self.limits.complexity {
                return self.too_complex();
            }
            match &selection.node {
                Selection::Field(field) => {
                    let field = &field.node;
                    self.directives(field.directives.len())?;
                    if field.alias.is_some() {
                        self.aliases += 1;
                        if self.aliases > self.limits.aliases {
                            return Err(ApiError::Limit { what: "aliases", limit: self.limits.aliases });
                        }
                    }
                    self.cost = self.cost.saturating_add(times);
                    if self.cost > self.limits.complexity {
                        return self.too_complex();
                    }
                    let items = if is_paged(&field.name.node) { self.page(field) } else { 1 };
                    self.set(&field.selection_set.node, depth + 1, times.saturating_mul(items), nesting)?;
                }
                Selection::InlineFragment(inline) => {
                    self.directives(inline.node.directives.len())?;
                    self.set(&inline.node.selection_set.node, depth, times, nesting + 1)?;
                }
                Selection::FragmentSpread(spread) => {
                    self.directives(spread.node.directives.len())?;
                    // An unknown fragment is for the validation to name.
                    if let Some(fragment) = self.document.fragments.get(&spread.node.fragment_name.node) {
                        self.set(&fragment.node.selection_set.node, depth, times, nesting + 1)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn directives(&mut self, more: usize) -> Result<(), ApiError> {
        self.directives += more;
        if self.directives > self.limits.directives {
            return Err(ApiError::Limit { what: "directives", limit: self.limits.directives });
        }
        Ok(())
    }

    fn page(&self, field: &Field) -> usize {
        // A variable that is not given has the default of the document, which is at most a page.
        let given = field.get_argument("first").map(|value| {
            value.node.clone().into_const_with(|name| {
                Ok::<_, std::convert::Infallible>(
                    self.variables.get(&name).cloned().unwrap_or_else(|| Constant::from(self.limits.page_max as u64)),
                )
            })
        });
        let number = match given {
            Some(Ok(Constant::Number(number))) => number.as_u64(),
            _ => None,
        };
        number.map_or(self.limits.page_default, |number| {
            usize::try_from(number).unwrap_or(usize::MAX).clamp(1, self.limits.page_max)
        })
    }

    fn too_complex(&self) -> Result<(), ApiError> {
        Err(ApiError::Limit { what: "complexity", limit: self.limits.complexity })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(text: &str) -> Result<(), String> {
        let documents = Documents::new(Limits { depth: 6, complexity: 300, aliases: 3, ..Limits::default() });
        documents.admit(text, None, &Variables::default()).map(|_| ()).map_err(|error| match error {
            ApiError::Limit { what, .. } => what.to_owned(),
            other => format!("{other:?}"),
        })
    }

    #[test]
    fn each_limit_is_named() {
        assert_eq!(judge("{ node { ledger } }"), Ok(()));
        assert_eq!(judge("{ a { a { a { a { a { a { a } } } } } } }"), Err("depth".into()));
        assert_eq!(judge("{ a: x b: x c: x d: x }"), Err("aliases".into()));
        assert_eq!(judge("{ devices(first: 100) { nodes { id } } }"), Ok(()));
        assert_eq!(judge("{ devices(first: 100) { nodes { id a b } } }"), Err("complexity".into()));
        assert_eq!(judge("query ($n: Int) { devices(first: $n) { nodes { id a b } } }"), Err("complexity".into()));
        assert_eq!(judge("{ devices { nodes { history { x } } } }"), Err("complexity".into()));
    }

    #[test]
    fn fragments_cannot_multiply() {
        let mut text = "{ ...f0 }".to_owned();
        for n in 0..10 {
            text.push_str(&format!(" fragment f{n} on Q {{ ...f{m} ...f{m} ...f{m} }}", m = n + 1));
        }
        text.push_str(" fragment f10 on Q { x }");
        assert_eq!(judge(&text), Err("complexity".into()));
        assert_eq!(judge("{ ...a } fragment a on Q { ...a }"), Err("depth".into()));
    }
}
