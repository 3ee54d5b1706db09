//! `events(after)`: a subscription that resumes from a position.
//!
//! A notification only wakes it. What it sends is read from the log after its position, under the scope that its
//! reader has at that moment; it ends when the session ends.

use std::collections::VecDeque;
use std::sync::Arc;

use async_graphql::dynamic::{
    FieldValue, InputValue, SchemaBuilder, Subscription, SubscriptionField, SubscriptionFieldFuture, TypeRef,
};
use domain::catalog::Kind;
use futures_util::StreamExt;
use tokio::sync::watch;

use super::{AsOf, event, kinds, node, position, viewer};
use crate::node::Node;
use crate::session;

/// Registers the subscription root.
pub fn register(builder: SchemaBuilder) -> SchemaBuilder {
    let events = SubscriptionField::new("events", TypeRef::named_nn("Event"), |ctx| {
        SubscriptionFieldFuture::new(async move {
            let node = node(&ctx).clone();
            let viewer = viewer(&ctx)?;
            let after = match position(&ctx, "after")? {
                Some(after) => Some(after),
                None => node.moment(AsOf::Now, None).await?.map(|at| at.position),
            };
            let woken = node.projections.watches();
            let state = Feed { token: viewer.token_hash, kinds: kinds(&ctx)?, after, woken, ready: VecDeque::new(), node, ended: false };
            Ok(futures_util::stream::unfold(state, Feed::next).map(|event| event.map(shorter)))
        })
    })
    .description("账本顺序的新事件，在读者可见范围内；断线后从最后收到的位置继续 · New events in the order of the ledger, of those the reader may see. After a break go on from the last position received.")
    .argument(InputValue::new("after", TypeRef::named("Position")).description("其后的事件；缺省为从现在开始 · Events after this position; from now on when absent."))
    .argument(InputValue::new("kinds", TypeRef::named_nn_list(TypeRef::STRING)).description("类别 · Kinds; all when absent."));
    builder.register(
        Subscription::new("Subscription").description("订阅 · Subscriptions, over graphql-transport-ws.").field(events),
    )
}

/// A value that borrows nothing, where one that may borrow is expected.
fn shorter<'a>(value: FieldValue<'static>) -> FieldValue<'a> {
    value
}

struct Feed {
    node: Arc<Node>,
    token: [u8; 32],
    kinds: Vec<Kind>,
    /// Last position that was looked at.
    after: Option<u64>,
    woken: (watch::Receiver<u64>, watch::Receiver<u64>),
    ready: VecDeque<Arc<event::View>>,
    ended: bool,
}

impl Feed {
    async fn next(mut self) -> Option<(async_graphql::Result<FieldValue<'static>>, Self)> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some((Ok(event.value()), self));
            }
            if self.ended {
                return None;
            }
            match self.fetch().await {
                Ok(()) => {}
                Err(error) => {
                    self.ended = true;
                    return Some((Err(error.into()), self));
                }
            }
        }
    }

    /// Reads on, or waits for something to read. While nothing comes, the session is looked at now and then.
    async fn fetch(&mut self) -> Result<(), crate::error::ApiError> {
        let viewer = session::by_hash(&self.node, self.token).await?;
        self.woken.0.borrow_and_update();
        self.woken.1.borrow_and_update();
        if let Some(at) = self.node.moment(AsOf::Now, None).await?
            && self.after.is_none_or(|after| after < at.position)
        {
            let page = self.node.events_after(&viewer, &self.kinds, self.after, self.node.limits.page_max, at).await?;
            self.after = Some(page.looked_at);
            self.ready.extend(page.events);
            if !self.ready.is_empty() || page.more {
                return Ok(());
            }
        }
        let (current, timeline) = &mut self.woken;
        let moved = async {
            tokio::select! { moved = current.changed() => moved, moved = timeline.changed() => moved }
        };
        let waited = tokio::time::timeout(std::time::Duration::from_secs(5), moved).await;
        if let Ok(Err(_)) = waited {
            // The read model has stopped: the service is shutting down.
            self.ended = true;
        }
        Ok(())
    }
}
