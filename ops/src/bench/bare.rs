//! What a list costs at least: the same statement through a pool and a schema of three types, without a login, a scope
//! or a snapshot.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use async_graphql::dynamic::{Field, FieldFuture, FieldValue, Object, Schema, TypeRef};
use async_graphql::{Request, Value};
use axum::Router;
use axum::body::Bytes;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::post;
use deadpool_postgres::Pool;
use schema::read_model::Parameter;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

/// The bare handler on a free port of this machine, in this process.
pub struct Bare {
    /// Where it listens.
    pub address: SocketAddr,
    task: JoinHandle<std::io::Result<()>>,
}

/// A row as the statement gives it.
struct Device {
    id: Uuid,
    version: i32,
    position: i64,
    area: Option<String>,
    label: String,
    state: String,
    members: Arc<serde_json::Value>,
}

struct Members(Arc<serde_json::Value>);

impl Bare {
    /// Starts it.
    ///
    /// # Errors
    /// When no port is free.
    pub async fn start(pool: Pool, statement: (String, Vec<Parameter>)) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.context("listening")?;
        let address = listener.local_addr()?;
        let schema = schema_of(pool, statement)?;
        let answer = move |body: Bytes| {
            let schema = schema.clone();
            async move {
                let request: Request = serde_json::from_slice(&body).unwrap_or_else(|_| Request::new(""));
                let answer = schema.execute(request).await;
                let body = serde_json::to_vec(&answer).unwrap_or_default();
                ([(header::CONTENT_TYPE, "application/graphql-response+json")], body).into_response()
            }
        };
        let router = Router::new().route("/graphql", post(answer));
        let task = tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Self { address, task })
    }

    /// Ends it wherever it is.
    pub fn stop(self) {
        self.task.abort();
    }
}

fn schema_of(pool: Pool, statement: (String, Vec<Parameter>)) -> Result<Schema> {
    let statement = Arc::new(statement);
    let list = Field::new("devices", TypeRef::named_nn_list_nn("Device"), move |_| {
        let (pool, statement) = (pool.clone(), statement.clone());
        FieldFuture::new(async move {
            let devices = devices(&pool, &statement).await?;
            Ok(Some(FieldValue::list(devices.into_iter().map(FieldValue::owned_any))))
        })
    });
    let device = Object::new("Device")
        .field(of_device("recordId", |device| Value::from(device.id.to_string())))
        .field(of_device("version", |device| Value::from(device.version)))
        .field(of_device("position", |device| Value::from(device.position.to_string())))
        .field(of_device("area", |device| device.area.as_deref().map_or(Value::Null, Value::from)))
        .field(of_device("label", |device| Value::from(device.label.as_str())))
        .field(of_device("state", |device| Value::from(device.state.as_str())))
        .field(Field::new("members", TypeRef::named_nn("Members"), |ctx| {
            let members = ctx.parent_value.downcast_ref::<Device>().map(|device| Members(device.members.clone()));
            FieldFuture::Value(members.map(FieldValue::owned_any))
        }));
    let mut members = Object::new("Members");
    for (name, member) in [("name", "name"), ("model", "model"), ("factoryNo", "factory_no")] {
        members = members.field(Field::new(name, TypeRef::named(TypeRef::STRING), move |ctx| {
            let members = ctx.parent_value.downcast_ref::<Members>();
            let value = members.and_then(|members| members.0.get(member)?.as_str());
            FieldFuture::Value(value.map(FieldValue::value))
        }));
    }
    let schema = Schema::build("Query", None, None).register(device).register(members);
    Ok(schema.register(Object::new("Query").field(list)).finish()?)
}

fn of_device(name: &str, value: fn(&Device) -> Value) -> Field {
    Field::new(name, TypeRef::named(TypeRef::STRING), move |ctx| {
        FieldFuture::Value(ctx.parent_value.downcast_ref::<Device>().map(|device| FieldValue::value(value(device))))
    })
}

async fn devices(pool: &Pool, (sql, parameters): &(String, Vec<Parameter>)) -> async_graphql::Result<Vec<Device>> {
    let client = pool.get().await?;
    let statement = client.prepare_cached(sql).await?;
    let parameters: Vec<&(dyn ToSql + Sync)> = parameters.iter().map(|given| &**given as &(dyn ToSql + Sync)).collect();
    let rows = client.query(&statement, &parameters).await?;
    // The row more that says whether there is another page is read and left out, as the product does.
    let device = |row: &tokio_postgres::Row| -> async_graphql::Result<Device> {
        Ok(Device {
            id: row.try_get("id")?,
            version: row.try_get("version")?,
            position: row.try_get("since")?,
            area: row.try_get("area")?,
            label: row.try_get("label")?,
            state: row.try_get("state")?,
            members: Arc::new(serde_json::from_str(row.try_get("row")?)?),
        })
    };
    rows.iter().take(super::query::PAGE).map(device).collect()
}
