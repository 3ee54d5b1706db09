//! A ledger of the bench's own: a fresh data folder, a durable PostgreSQL in it, and a small city founded through
//! the door.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result, anyhow, bail};
use api::installation::Installation;
use api::submit::{Clock, Door, DoorParts, SubmitError};
use domain::admission::Service;
use domain::catalog::file_hash;
use domain::codes::Environment;
use postgres::{Cluster, Settings};
use schema::appender::{Appender, AppenderLimits};
use schema::connect::{Passwords, Role};
use schema::event_log::EventLog;
use schema::files::FileStore;
use schema::key_store::KeyStore;
use serde_json::json;
use signing::bytes::{Hash, Instant, LedgerId, b64url};
use signing::keys::{EnrolmentProof, SigningKey};
use signing::note::LogSigner;
use tokio::sync::watch;
use tokio_postgres::{Config, NoTls};
use uuid::Uuid;

use super::stream::{AREA, Person, Scribe, Wish, account_data, credential_data, grant_data, institution_data};

/// Name of the bench's ledger.
const NAME: &str = "bench.example";
/// Accounts that sign the stream, each of an institution of its own.
pub const ACCOUNTS: usize = 10;
/// Institutions that one unit registers.
const REGISTERED_AT_ONCE: usize = 250;

/// The running site.
pub struct Site {
    /// The server.
    pub cluster: Cluster,
    /// Passwords of its roles.
    pub passwords: Passwords,
    /// The door.
    pub door: Arc<Door>,
    /// The installation behind it.
    pub installation: Arc<Installation>,
    /// Announces what is published; whoever publishes sends here.
    pub published: watch::Sender<u64>,
    /// Radiation protection officers, each with his institution.
    pub officers: Vec<(Person, Uuid)>,
    /// Supervisors of the county.
    pub supervisors: Vec<Person>,
    scribe: Scribe,
    people: u32,
    institutions: usize,
}

/// Now, by the system's clock.
pub fn now() -> Instant {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Instant::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}

impl Site {
    /// Starts PostgreSQL with the product's own settings and brings the schema up to date; nothing is founded yet.
    ///
    /// # Errors
    /// When the server cannot be run.
    pub async fn server(folder: &Path) -> Result<(Cluster, Passwords)> {
        let cluster = Cluster::start(&folder.join("pg"), Settings { durable: true }).await?;
        let passwords = Passwords::generate();
        schema::migrate::migrate(cluster.config(), &passwords).await?;
        Ok((cluster, passwords))
    }

    /// Opens the door and founds the city.
    ///
    /// # Errors
    /// When a unit is refused, which is a mistake of the bench, or the database fails.
    pub async fn found(folder: &Path, cluster: Cluster, passwords: Passwords) -> Result<Self> {
        let ledger = LedgerId(*Uuid::new_v4().as_bytes());
        let service_key = bench_key("service");
        let installation = Arc::new(Installation {
            ledger,
            name: NAME.to_owned(),
            incarnation: 1,
            environment: Environment::Test,
            service: Service {
                account: Uuid::new_v4(),
                key: service_key.public().id(),
                id_secret: Hash::of(b"bench ids").0,
            },
            service_key,
            log: LogSigner::new(format!("{NAME}/{ledger}/1"), bench_key("log")),
            content_key: Hash::of(b"bench content").0,
        });
        let admin = cluster.config();
        let appender_role = schema::connect::role_config(admin, Role::Appender, &passwords);
        let micros: schema::appender::Clock = Arc::new(|| now().micros());
        let appender = Appender::start(appender_role, micros, AppenderLimits::default()).await?;
        let log = EventLog::new(schema::connect::connect(admin, Role::Appender, &passwords)?);
        let keys = KeyStore::open(&folder.join("keys"))?;
        let files = FileStore::folder(&folder.join("files"), keys.clone(), ledger)?;
        let clock: Clock = Arc::new(now);
        let published = watch::Sender::new(0);
        let parts = DoorParts {
            log,
            appender,
            keys,
            files,
            installation: installation.clone(),
            clock,
            published: published.subscribe(),
        };
        let mut site = Self {
            cluster,
            passwords,
            door: Arc::new(Door::new(parts)),
            installation,
            published,
            officers: Vec::new(),
            supervisors: Vec::new(),
            scribe: Scribe::new(ledger),
            people: 0,
            institutions: 0,
        };
        site.found_city().await?;
        Ok(site)
    }

    async fn found_city(&mut self) -> Result<()> {
        let roots = [self.person(), self.person()];
        self.genesis(&roots).await?;
        let [first, second] = &roots;
        let first_admin = self.enrol(first, second, "T", "T_ADMIN", None, None).await?;
        let second_admin = self.enrol(first, second, "T", "T_ADMIN", None, None).await?;
        self.enrol(first, second, "T", "SYS_AUD", None, None).await?;
        let county = self.enrol(&first_admin, &second_admin, "C", "C_ADMIN", None, Some(AREA)).await?;
        let approver = self.enrol(&county, &first_admin, "C", "C_APPR", None, Some(AREA)).await?;
        for _ in 0..ACCOUNTS {
            let supervisor = self.enrol(&county, &first_admin, "C", "C_SUP", None, Some(AREA)).await?;
            self.supervisors.push(supervisor);
        }
        for institution in self.register_institutions(ACCOUNTS).await? {
            self.act(&approver, Wish::new("institution.approved", institution, json!({}))).await?;
            let admin = self.enrol(&county, &first_admin, "I", "I_ADMIN", Some(institution), Some(AREA)).await?;
            let officer = self.enrol(&admin, &county, "I", "I_RPO", Some(institution), Some(AREA)).await?;
            self.officers.push((officer, institution));
        }
        Ok(())
    }

    fn person(&mut self) -> Person {
        self.people += 1;
        Person::new(self.people, None)
    }

    async fn genesis(&mut self, roots: &[Person; 2]) -> Result<()> {
        let at = now();
        let installation = self.installation.clone();
        let key = |account: Uuid, key: &SigningKey| {
            let proof = EnrolmentProof::make(key, account, installation.ledger, at);
            json!({
                "account": account, "alg": 1, "public_key": b64url(&key.public().spki()),
                "proof": {"payload": b64url(&proof.payload), "sig": b64url(&proof.signature)},
            })
        };
        let described = roots.iter().map(|root| {
            let mut described = key(root.account, &root.key);
            described["person"] = json!(root.holder);
            described
        });
        let file = |what: &str| json!({"version": 1, "sha256": file_hash(what, 1)});
        let data = json!({
            "name": NAME, "environment": "test", "clock": "system", "threshold": 2, "roots": described.collect::<Vec<_>>(),
            "service": key(installation.service.account, &installation.service_key), "log_vkey": installation.log.verifier().to_vkey(),
            "catalogue": file("catalogue"), "policy": file("policy"), "rules": file("rules"),
        });
        let ledger = Uuid::new_v4();
        let created = self.act(&roots[0], Wish::new("ledger.created", ledger, data)).await?;
        self.act(&roots[1], Wish::new("ledger.countersigned", ledger, json!({"countersigns": created}))).await?;
        Ok(())
    }

    /// Opens an account, binds its key and gives it a role.
    async fn enrol(
        &mut self,
        by: &Person,
        second: &Person,
        level: &str,
        role: &str,
        org: Option<Uuid>,
        area: Option<&str>,
    ) -> Result<Person> {
        let mut person = self.person();
        let (ledger, at) = (self.installation.ledger, now());
        let opened = Wish::new("account.opened", person.account, account_data(&person, level, org, area)).seal(
            "name",
            person.holder,
            "示例人员",
        );
        let opened = self.act(by, opened).await?;
        self.act(second, Wish::new("account.countersigned", person.account, json!({"countersigns": opened}))).await?;
        let credential = Uuid::new_v4();
        let requested =
            self.act(by, Wish::new("credential.requested", credential, credential_data(&person, ledger, at))).await?;
        let bound = json!({"account": person.account, "countersigns": requested});
        self.act(second, Wish::new("credential.bound", credential, bound)).await?;
        let grant = Uuid::new_v4();
        let given =
            self.act(by, Wish::new("grant.given", grant, grant_data(&person, role, org, area, at.civil_day()))).await?;
        let countersigned = json!({"account": person.account, "countersigns": given});
        self.act(second, Wish::new("grant.countersigned", grant, countersigned)).await?;
        person.grant = Some(grant);
        Ok(person)
    }

    async fn act(&mut self, who: &Person, wish: Wish<'_>) -> Result<signing::statement::EventRef> {
        let (unit, event) = self.scribe.sign(who, &wish, now())?;
        self.submit(unit.to_json()).await?;
        Ok(event)
    }

    async fn submit(&self, unit: Vec<u8>) -> Result<()> {
        match self.door.submit(&unit).await {
            Ok(_) => Ok(()),
            Err(SubmitError::Refused(refusal)) => {
                bail!("the bench's own unit was refused: {} {}", refusal.code.as_str(), refusal.pointer)
            }
            Err(error) => Err(anyhow!("the bench's own unit: {error:?}")),
        }
    }

    /// Registers this many more institutions of the county.
    async fn register_institutions(&mut self, count: usize) -> Result<Vec<Uuid>> {
        let supervisor = self.supervisors.first().context("the county has supervisors")?.clone();
        let ids: Vec<Uuid> = (0..count).map(|_| Uuid::new_v4()).collect();
        for some in ids.chunks(REGISTERED_AT_ONCE) {
            let wishes: Vec<Wish<'_>> = some
                .iter()
                .map(|id| {
                    self.institutions += 1;
                    Wish::new("institution.registered", *id, institution_data(self.institutions))
                })
                .collect();
            let unit = self.scribe.sign_batch(&supervisor, &wishes, now())?;
            self.submit(unit.to_json()).await?;
        }
        Ok(ids)
    }

    /// Streams of devices, signed beforehand: five units each, by ten accounts in turn.
    ///
    /// # Errors
    /// As [`Scribe::sign`].
    pub fn devices(&mut self, streams: usize, serial: &mut usize) -> Result<Vec<Vec<Vec<u8>>>> {
        let at = now();
        let mut all = Vec::with_capacity(streams);
        for _ in 0..streams {
            let (officer, institution) = &self.officers[*serial % ACCOUNTS];
            all.push(self.scribe.device(officer, *institution, *serial, at)?);
            *serial += 1;
        }
        Ok(all)
    }

    /// Streams of officers with two sealed members each; their institutions are registered first.
    ///
    /// # Errors
    /// As [`Scribe::sign`], or when an institution is refused.
    pub async fn sealed(&mut self, streams: usize) -> Result<Vec<Vec<Vec<u8>>>> {
        let institutions = self.register_institutions(streams).await?;
        let at = now();
        let Self { supervisors, scribe, .. } = self;
        institutions
            .iter()
            .enumerate()
            .map(|(n, institution)| scribe.officers(&supervisors[n % ACCOUNTS], *institution, at))
            .collect()
    }

    /// The superuser's settings.
    pub fn admin(&self) -> &Config {
        self.cluster.config()
    }

    /// Writes out what a checkpoint would, so that none falls into a measurement, and renews the planner's knowledge.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn settle(&self) -> Result<()> {
        super::limits::execute(self.admin(), "checkpoint; analyze ledger.event;").await
    }

    /// Transactions that the server has committed so far, as far as its sessions have reported them.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn transactions(&self) -> Result<i64> {
        let (client, connection) = self.admin().connect(NoTls).await?;
        let driver = tokio::spawn(connection);
        let row = client.query_one("select sum(xact_commit)::bigint from pg_stat_database", &[]).await?;
        let count = row.try_get(0)?;
        drop(client);
        let _ = driver.await;
        Ok(count)
    }

    /// CPU seconds of this process and of the whole PostgreSQL.
    pub fn cpu_seconds(&self) -> (f64, f64) {
        (super::cpu::own_seconds(), self.cluster.pid().map_or(0.0, super::cpu::family_seconds))
    }
}

fn bench_key(what: &str) -> SigningKey {
    SigningKey::from_seed(Hash::of(format!("radledger-bench-{what}").as_bytes()).0)
}
