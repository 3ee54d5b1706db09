//! Errors with their place in the answer.
//!
//! The engine's run-time schema leaves the path of a resolver's error empty; the specification wants it, and it is
//! what tells a field that failed from a document that could not run. A field that asks somebody takes down its place
//! when it fails, and only then: an extension of the engine would stand around every field of every answer.

use async_graphql::dynamic::{FieldFuture, FieldValue};
use async_graphql::{Context, PathSegment, QueryPathSegment, ServerError, Value};

/// Where an error keeps its place until the answer is complete.
const PLACE: &str = "place";

/// The answer of a field that has to ask somebody.
pub(crate) fn asking<'a, R: Into<FieldValue<'a>> + Send>(
    at: &'a Context<'a>,
    answer: impl Future<Output = async_graphql::Result<Option<R>>> + Send + 'a,
) -> FieldFuture<'a> {
    #[expect(clippy::disallowed_methods, reason = "this is what stands around it")]
    let answer = FieldFuture::new(async move {
        answer.await.map_err(|mut error| {
            let nodes = at.path_node.iter().flat_map(|node| std::iter::once(node).chain(node.parents()));
            let mut place: Vec<Value> = nodes.map(|node| segment(&node.segment)).collect();
            place.reverse();
            error.extensions.get_or_insert_default().set(PLACE, Value::List(place));
            error
        })
    });
    answer
}

fn segment(segment: &QueryPathSegment<'_>) -> Value {
    match segment {
        QueryPathSegment::Index(index) => Value::from(*index),
        QueryPathSegment::Name(name) => Value::from(*name),
    }
}

/// Puts an error where it says that it happened.
pub(crate) fn put_in_place(error: &mut ServerError) {
    let Some(extensions) = &mut error.extensions else { return };
    let Some(Value::List(place)) = extensions.get(PLACE) else { return };
    let segment = |segment: &Value| match segment {
        Value::String(name) => Some(PathSegment::Field(name.clone())),
        Value::Number(index) => Some(PathSegment::Index(usize::try_from(index.as_u64()?).ok()?)),
        _ => None,
    };
    let place = place.iter().filter_map(segment).collect();
    extensions.unset(PLACE);
    if error.path.is_empty() {
        error.path = place;
    }
}
