//! Errors with their place in the answer.
//!
//! The engine's run-time schema leaves the path of a resolver's error empty; the specification wants it, and it is
//! what tells a field that failed from a document that could not run.

use std::sync::Arc;

use async_graphql::async_trait::async_trait;
use async_graphql::extensions::{Extension, ExtensionContext, ExtensionFactory, NextResolve, ResolveInfo};
use async_graphql::{PathSegment, QueryPathSegment, ServerResult, Value};

/// Puts the path into errors that have none.
pub struct Paths;

impl ExtensionFactory for Paths {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Paths)
    }
}

#[async_trait]
impl Extension for Paths {
    async fn resolve(
        &self,
        ctx: &ExtensionContext<'_>,
        info: ResolveInfo<'_>,
        next: NextResolve<'_>,
    ) -> ServerResult<Option<Value>> {
        let node = info.path_node;
        next.run(ctx, info).await.map_err(|mut error| {
            // The innermost field comes first and knows the whole path.
            if error.path.is_empty() {
                let mut path: Vec<PathSegment> =
                    std::iter::once(node).chain(node.parents()).map(|node| segment(&node.segment)).collect();
                path.reverse();
                error.path = path;
            }
            error
        })
    }
}

fn segment(segment: &QueryPathSegment<'_>) -> PathSegment {
    match segment {
        QueryPathSegment::Index(index) => PathSegment::Index(*index),
        QueryPathSegment::Name(name) => PathSegment::Field((*name).to_owned()),
    }
}
