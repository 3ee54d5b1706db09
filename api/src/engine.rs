//! One question to the schema, under the limits, for one reader. HTTP and websocket both come through here.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_graphql::dynamic::Schema;
use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::OperationType;
use async_graphql::{Data, Executor, Name, PathSegment, Request, Response, Value};
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};

use crate::error::ApiError;
use crate::graphql::paths::put_in_place;
use crate::limits::operation_type;
use crate::node::Node;
use crate::scope::Viewer;

/// The schema with the node behind it.
#[derive(Clone)]
pub struct Engine {
    /// The node.
    pub node: Arc<Node>,
    schema: Schema,
}

impl Engine {
    /// An engine for a node.
    #[must_use]
    pub fn new(node: Arc<Node>) -> Self {
        Self { schema: crate::graphql::build(), node }
    }

    /// Judges a request by the limits; returns it parsed, with the type of its operation.
    ///
    /// # Errors
    /// What stands against running it.
    pub fn admit(&self, request: Request) -> Result<(Request, Option<OperationType>), ApiError> {
        let document =
            self.node.documents.admit(&request.query, request.operation_name.as_deref(), &request.variables)?;
        let operation = operation_type(&document, request.operation_name.as_deref());
        let mut request = request.data(self.node.clone());
        request.set_parsed_query((*document).clone());
        Ok((request, operation))
    }

    /// Answers an admitted request.
    pub async fn answer(&self, request: Request, operation: Option<OperationType>, viewer: Option<Viewer>) -> Response {
        let request = match viewer {
            Some(viewer) => request.data(viewer),
            None => request,
        };
        if operation == Some(OperationType::Mutation) {
            // A write is never cut short: its sender would not know what became of it.
            return complete(self.schema.execute(request).await);
        }
        match tokio::time::timeout(self.node.limits.request, self.schema.execute(request)).await {
            Ok(response) => complete(response),
            Err(_) => {
                let limit = usize::try_from(self.node.limits.request.as_millis()).unwrap_or(usize::MAX);
                Response::from_errors(vec![ApiError::Limit { what: "requestMs", limit }.into_server_error()])
            }
        }
    }
}

/// The run-time schema leaves a field that failed out of the answer; the specification wants null there. All fields
/// that can fail are nullable.
fn complete(mut answer: Response) -> Response {
    answer.errors.iter_mut().for_each(put_in_place);
    for error in &answer.errors {
        let Some((last, way)) = error.path.split_last() else { continue };
        let mut at = Some(&mut answer.data);
        for segment in way {
            at = at.and_then(|value| step(value, segment));
        }
        if let (Some(value), PathSegment::Field(name)) = (at, last) {
            if *value == Value::Null {
                *value = Value::Object(IndexMap::default());
            }
            if let Value::Object(members) = value {
                members.entry(Name::new(name)).or_insert(Value::Null);
            }
        }
    }
    answer
}

/// One step into an answer. An object of which every field failed was left out as well.
fn step<'a>(value: &'a mut Value, segment: &PathSegment) -> Option<&'a mut Value> {
    if *value == Value::Null && matches!(segment, PathSegment::Field(_)) {
        *value = Value::Object(IndexMap::default());
    }
    match (value, segment) {
        (Value::Object(members), PathSegment::Field(name)) => {
            Some(members.entry(Name::new(name)).or_insert(Value::Null))
        }
        (Value::List(items), PathSegment::Index(index)) => items.get_mut(*index),
        _ => None,
    }
}

/// The engine of one websocket: it counts its subscriptions.
#[derive(Clone)]
pub struct SocketEngine {
    engine: Engine,
    open: Arc<AtomicUsize>,
}

impl SocketEngine {
    /// For one websocket.
    #[must_use]
    pub fn new(engine: Engine) -> Self {
        Self { engine, open: Arc::new(AtomicUsize::new(0)) }
    }
}

/// Counts a subscription while it lives.
struct Open(Arc<AtomicUsize>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Executor for SocketEngine {
    async fn execute(&self, request: Request) -> Response {
        match self.engine.admit(request) {
            Ok((request, operation)) => self.engine.answer(request, operation, None).await,
            Err(error) => Response::from_errors(vec![error.into_server_error()]),
        }
    }

    fn execute_stream(&self, request: Request, session_data: Option<Arc<Data>>) -> BoxStream<'static, Response> {
        let refuse = |error: ApiError| {
            stream::once(async move { Response::from_errors(vec![error.into_server_error()]) }).boxed()
        };
        let most = self.engine.node.limits.subscriptions;
        let open = Open(self.open.clone());
        if self.open.fetch_add(1, Ordering::Relaxed) >= most {
            return refuse(ApiError::Limit { what: "subscriptions", limit: most });
        }
        let (request, operation) = match self.engine.admit(request) {
            Ok(admitted) => admitted,
            Err(error) => return refuse(error),
        };
        let viewer = session_data
            .as_ref()
            .and_then(|data| data.get(&std::any::TypeId::of::<Viewer>()))
            .and_then(|viewer| viewer.downcast_ref::<Viewer>())
            .cloned();
        if operation != Some(OperationType::Subscription) {
            let engine = self.engine.clone();
            return stream::once(async move {
                // A question over an old socket is asked with the session as it is now.
                let viewer = match viewer {
                    Some(viewer) => crate::session::by_hash(&engine.node, viewer.token_hash).await.ok(),
                    None => None,
                };
                let answer = engine.answer(request, operation, viewer).await;
                drop(open);
                answer
            })
            .boxed();
        }
        let request = match viewer {
            Some(viewer) => request.data(viewer),
            None => request,
        };
        let answers = self.engine.schema.execute_stream(request);
        answers
            .map(move |answer| {
                let _open = &open;
                complete(answer)
            })
            .boxed()
    }
}
