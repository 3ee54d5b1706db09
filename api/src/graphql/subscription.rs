//! `events(after)` and `inbox(after)`: subscriptions that resume from a position.
//!
//! A notification only wakes it. What it sends is read from the log after its position, under the scope that its
//! reader has at that moment; it ends when the session ends.

use std::collections::VecDeque;
use std::sync::Arc;

use async_graphql::dynamic::{
    FieldValue, InputValue, ResolverContext, SchemaBuilder, Subscription, SubscriptionField, SubscriptionFieldFuture,
    TypeRef,
};
use domain::catalog::Kind;
use futures_util::StreamExt;
use tokio::sync::watch;

use super::{AsOf, event, inbox, kinds, node, position, viewer};
use crate::node::Node;
use crate::session;

/// Registers the subscription root.
pub fn register(builder: SchemaBuilder) -> SchemaBuilder {
    let events = feed("events", "Event", |ctx| Ok(What::Events(kinds(ctx)?)))
        .description("账本顺序的新事件，在读者可见范围内；断线后从最后收到的位置继续 · New events in the order of the ledger, of those the reader may see. After a break go on from the last position received.")
        .argument(InputValue::new("after", TypeRef::named("Position")).description("其后的事件；缺省为从现在开始 · Events after this position; from now on when absent."))
        .argument(InputValue::new("kinds", TypeRef::named_nn_list(TypeRef::STRING)).description("类别 · Kinds; all when absent."));
    let told = feed("inbox", inbox::ENTRY, |_| Ok(What::Inbox))
        .description("收件箱的新条目；断线后从最后收到的位置继续 · New entries of the inbox. After a break go on from the last position received.")
        .argument(InputValue::new("after", TypeRef::named("Position")).description("其后的条目；缺省为从现在开始 · Entries after this position; from now on when absent."));
    builder.register(
        Subscription::new("Subscription")
            .description("订阅 · Subscriptions, over graphql-transport-ws.")
            .field(events)
            .field(told),
    )
}

/// A subscription that goes on from the argument `after`, or from now.
fn feed(
    name: &'static str,
    item: &'static str,
    what: fn(&ResolverContext<'_>) -> async_graphql::Result<What>,
) -> SubscriptionField {
    SubscriptionField::new(name, TypeRef::named_nn(item), move |ctx| {
        SubscriptionFieldFuture::new(async move {
            let node = node(&ctx).clone();
            let viewer = viewer(&ctx)?;
            let after = match position(&ctx, "after")? {
                Some(after) => Some(after),
                None => node.moment(AsOf::Now, None).await?.map(|at| at.position),
            };
            let woken = node.projections.watches();
            let (token, what) = (viewer.token_hash, what(&ctx)?);
            let state = Feed { token, what, after, woken, ready: VecDeque::new(), node, ended: false };
            Ok(futures_util::stream::unfold(state, Feed::next).map(|item| item.map(shorter)))
        })
    })
}

/// A value that borrows nothing, where one that may borrow is expected.
fn shorter<'a>(value: FieldValue<'static>) -> FieldValue<'a> {
    value
}

/// What a feed brings.
enum What {
    /// Events of these kinds.
    Events(Vec<Kind>),
    /// What the reader is told.
    Inbox,
}

struct Feed {
    node: Arc<Node>,
    token: [u8; 32],
    what: What,
    /// Last position that was looked at.
    after: Option<u64>,
    woken: (watch::Receiver<u64>, watch::Receiver<u64>),
    ready: VecDeque<FieldValue<'static>>,
    ended: bool,
}

impl Feed {
    async fn next(mut self) -> Option<(async_graphql::Result<FieldValue<'static>>, Self)> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some((Ok(event), self));
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
            let most = self.node.limits.page_max;
            let more = match &self.what {
                What::Events(kinds) => {
                    let page = self.node.events_after(&viewer, kinds, self.after, most, at).await?;
                    self.after = Some(page.looked_at);
                    self.ready.extend(page.events.iter().map(event::View::value));
                    page.more
                }
                What::Inbox => {
                    let page = self.node.inbox(&viewer, self.after.or(Some(0)), most, at).await?;
                    self.after = Some(page.looked_at);
                    self.ready.extend(page.entries.into_iter().map(|entry| inbox::value(entry, at)));
                    page.more
                }
            };
            if !self.ready.is_empty() || more {
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
