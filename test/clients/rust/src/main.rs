//! The steps of a client through kube.

use std::collections::BTreeMap;
use std::fmt::{Debug, Display};
use std::future::Future;
use std::time::Duration;

use futures::{StreamExt, TryStreamExt};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::autoscaling::v1::Scale;
use k8s_openapi::api::batch::v1::Job;
use k8s_openapi::api::core::v1::{ConfigMap, Pod};
use kube::api::{
    Api, ApiResource, DeleteParams, DynamicObject, GroupVersionKind, ListParams, ObjectMeta, PartialObjectMetaExt, Patch, PatchParams, PostParams,
    Preconditions, PropagationPolicy, WatchEvent, WatchParams,
};
use kube::discovery::Discovery;
use kube::runtime::wait::{await_condition, conditions};
use kube::runtime::{WatchStreamExt, reflector, watcher};
use kube::{Client, ResourceExt};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{sleep, timeout};

type Outcome = Result<(), Box<dyn std::error::Error>>;

struct Steps {
    client: Client,
    namespace: String,
    failed: bool,
}

impl Steps {
    async fn run<F: Future<Output = Outcome>>(&mut self, name: &str, step: impl FnOnce(Client, String) -> F) {
        let outcome = match timeout(Duration::from_secs(60), step(self.client.clone(), self.namespace.clone())).await {
            Ok(outcome) => outcome,
            Err(_) => Err("not over after a minute".into()),
        };
        match outcome {
            Ok(()) => println!("ok {name}"),
            Err(e) => {
                self.failed = true;
                println!("not ok {name}: {}", e.to_string().replace('\n', " | "));
            }
        }
    }
}

fn equal<T: PartialEq + Debug>(what: &str, got: T, want: T) -> Outcome {
    if got == want { Ok(()) } else { Err(format!("{what}: got {got:?}, want {want:?}").into()) }
}

/// The reason why the server refused.
fn reason<T>(result: kube::Result<T>) -> String {
    match result {
        Ok(_) => "not refused".into(),
        Err(kube::Error::Api(status)) => status.reason.clone(),
        Err(e) => e.to_string(),
    }
}

fn some<T>(what: impl Display, value: Option<T>) -> Result<T, Box<dyn std::error::Error>> {
    value.ok_or_else(|| format!("no {what}").into())
}

/// Breaks all connections to the server.
async fn cut() -> Outcome {
    let url = std::env::var("CLIENT_CUT_URL")?;
    let host = url.trim_start_matches("http://").trim_end_matches('/');
    let mut stream = tokio::net::TcpStream::connect(host).await?;
    stream.write_all(format!("POST / HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").as_bytes()).await?;
    stream.read_to_end(&mut Vec::new()).await?;
    Ok(())
}

fn config_map(name: &str, label: &str, data: &[(&str, &str)]) -> ConfigMap {
    ConfigMap {
        metadata: ObjectMeta { name: Some(name.into()), labels: Some(BTreeMap::from([("by".into(), label.into())])), ..Default::default() },
        data: Some(data.iter().map(|(k, v)| (k.to_string(), v.to_string())).collect()),
        ..Default::default()
    }
}

fn deployment(name: &str) -> serde_json::Result<Deployment> {
    serde_json::from_value(json!({
        "metadata": {"name": name},
        "spec": {
            "replicas": 2,
            "selector": {"matchLabels": {"app": name}},
            "template": {"metadata": {"labels": {"app": name}}, "spec": {"containers": [{"name": "web", "image": "nginx:1.27"}]}},
        },
    }))
}

fn data(m: &ConfigMap) -> String {
    let data = m.data.clone().unwrap_or_default();
    data.iter().map(|(k, v)| format!("{k}={v}")).collect::<Vec<_>>().join(" ")
}

async fn create(client: Client, ns: String) -> Outcome {
    let maps: Api<ConfigMap> = Api::namespaced(client.clone(), &ns);
    let made = maps.create(&PostParams { field_manager: Some("rust".into()), ..Default::default() }, &config_map("one", "rust", &[("a", "1")])).await?;
    equal("manager", made.managed_fields()[0].manager.as_deref(), Some("rust"))?;
    equal("again", reason(maps.create(&PostParams::default(), &config_map("one", "rust", &[])).await), "AlreadyExists".into())?;
    let deployments: Api<Deployment> = Api::namespaced(client, &ns);
    let dry = deployments.create(&PostParams { dry_run: true, ..Default::default() }, &deployment("web")?).await?;
    equal("default", dry.spec.and_then(|s| s.progress_deadline_seconds), Some(600))?;
    deployments.create(&PostParams::default(), &deployment("web")?).await?;
    equal("a bad name", reason(deployments.create(&PostParams::default(), &deployment("Web")?).await), "Invalid".into())
}

async fn get(client: Client, ns: String) -> Outcome {
    let maps: Api<ConfigMap> = Api::namespaced(client.clone(), &ns);
    equal("data", data(&maps.get("one").await?), "a=1".into())?;
    equal("labels", maps.get_metadata("one").await?.labels().get("by").map(String::as_str), Some("rust"))?;
    equal("none", maps.get_opt("none").await?.is_none(), true)?;
    equal("version", client.apiserver_version().await?.minor, "36".into())?;
    let deployments: Api<Deployment> = Api::namespaced(client, &ns);
    await_condition(deployments, "web", conditions::is_deployment_completed()).await?;
    Ok(())
}

async fn list(client: Client, ns: String) -> Outcome {
    let maps: Api<ConfigMap> = Api::namespaced(client, &ns);
    for i in 0..6 {
        maps.create(&PostParams::default(), &config_map(&format!("page-{i}"), "rust", &[])).await?;
    }
    let (mut names, mut pages) = (Vec::new(), 0);
    let mut params = ListParams::default().labels("by=rust").limit(3);
    loop {
        let page = maps.list(&params).await?;
        pages += 1;
        names.extend(page.items.iter().map(|m| m.name_any()));
        match page.metadata.continue_.as_deref() {
            Some(token) if !token.is_empty() => params = params.continue_token(token),
            _ => break,
        }
    }
    equal("pages", pages, 3)?;
    equal("names", names.join(" "), "one page-0 page-1 page-2 page-3 page-4 page-5".into())
}

/// A watcher with a streamed list fills a store, through connections that break; a plain watch goes on from a version.
async fn watch(client: Client, ns: String) -> Outcome {
    let maps: Api<ConfigMap> = Api::namespaced(client, &ns);
    maps.create(&PostParams::default(), &config_map("before", "watched", &[])).await?;
    let start = some("version", maps.list(&ListParams::default()).await?.metadata.resource_version)?;
    let (store, writer) = reflector::store();
    let config = watcher::Config::default().labels("by=watched").streaming_lists();
    let stream = watcher(maps.clone(), config).default_backoff().reflect(writer).for_each(|_| futures::future::ready(()));
    let work = async {
        store.wait_until_ready().await?;
        equal("at the start", store.len(), 1)?;
        for i in 0..3 {
            cut().await?;
            let name = format!("watched-{i}");
            while maps.create(&PostParams::default(), &config_map(&name, "watched", &[])).await.is_err() {
                sleep(Duration::from_millis(20)).await;
            }
            while !store.state().iter().any(|m| m.name_any() == name) {
                sleep(Duration::from_millis(20)).await;
            }
        }
        maps.delete("watched-1", &DeleteParams::default()).await?;
        while store.len() != 3 {
            sleep(Duration::from_millis(20)).await;
        }
        let mut seen = Vec::new();
        let mut version = start;
        while seen.len() < 4 {
            // The server ends each after a second.
            let mut events = maps.watch(&WatchParams::default().labels("by=watched").timeout(1), &version).await?.boxed();
            while let Some(event) = events.try_next().await? {
                let (kind, m) = match event {
                    WatchEvent::Added(m) => ("added", m),
                    WatchEvent::Deleted(m) => ("deleted", m),
                    WatchEvent::Bookmark(b) => {
                        version = b.metadata.resource_version;
                        continue;
                    }
                    other => return Err(format!("an event {other:?}").into()),
                };
                version = some("version", m.resource_version())?;
                seen.push(format!("{kind} {}", m.name_any()));
                if seen.len() % 2 == 0 {
                    break;
                }
            }
        }
        equal("events", seen.join(", "), "added watched-0, added watched-1, added watched-2, deleted watched-1".into())
    };
    tokio::select! {
        outcome = work => outcome,
        () = stream => Err("the watcher has ended".into()),
    }
}

async fn patch(client: Client, ns: String) -> Outcome {
    let maps: Api<ConfigMap> = Api::namespaced(client.clone(), &ns);
    let deployments: Api<Deployment> = Api::namespaced(client, &ns);
    let json: json_patch::Patch = serde_json::from_value(json!([{"op": "test", "path": "/data/a", "value": "1"}, {"op": "add", "path": "/data/json", "value": "y"}]))?;
    equal("json patch", data(&maps.patch("one", &PatchParams::default(), &Patch::Json::<()>(json)).await?), "a=1 json=y".into())?;
    let merge = json!({"data": {"a": null, "merge": "y"}});
    equal("merge patch", data(&maps.patch("one", &PatchParams::default(), &Patch::Merge(merge)).await?), "json=y merge=y".into())?;
    let side = json!({"spec": {"template": {"spec": {"containers": [{"name": "side", "image": "busybox"}]}}}});
    let both = deployments.patch("web", &PatchParams::default(), &Patch::Strategic(side)).await?;
    equal("strategic merge patch", both.spec.and_then(|s| s.template.spec).map(|s| s.containers.len()), Some(2))?;
    let apply = |value: &str| Patch::Apply(json!({"apiVersion": "v1", "kind": "ConfigMap", "data": {"apply": value}}));
    equal("apply", data(&maps.patch("one", &PatchParams::apply("applier"), &apply("y")).await?), "apply=y json=y merge=y".into())?;
    equal("another's field", reason(maps.patch("one", &PatchParams::apply("another"), &apply("z")).await), "Conflict".into())?;
    equal("by force", data(&maps.patch("one", &PatchParams::apply("another").force(), &apply("z")).await?), "apply=z json=y merge=y".into())?;
    let labels = ObjectMeta { labels: Some(BTreeMap::from([("meta".into(), "y".into())])), ..Default::default() }.into_request_partial::<ConfigMap>();
    equal("metadata", maps.patch_metadata("one", &PatchParams::apply("labels"), &Patch::Apply(&labels)).await?.labels().contains_key("meta"), true)?;
    let scale: Scale = serde_json::from_value(serde_json::to_value(deployments.patch_scale("web", &PatchParams::default(), &Patch::Merge(json!({"spec": {"replicas": 1}}))).await?)?)?;
    equal("scale", scale.spec.and_then(|s| s.replicas), Some(1))
}

async fn conflict(client: Client, ns: String) -> Outcome {
    let maps: Api<ConfigMap> = Api::namespaced(client, &ns);
    let set = |mut m: ConfigMap, key: &str| {
        m.data.get_or_insert_default().insert(key.into(), "y".into());
        m
    };
    let old = maps.get("one").await?;
    maps.replace("one", &PostParams::default(), &set(old.clone(), "first")).await?;
    equal("an old version", reason(maps.replace("one", &PostParams::default(), &set(old, "second")).await), "Conflict".into())?;
    let both = maps.replace("one", &PostParams::default(), &set(maps.get("one").await?, "second")).await?;
    equal("both", both.data.map(|d| d.contains_key("first") && d.contains_key("second")), Some(true))?;
    let mut entry = maps.entry("one").await?.and_modify(|m| m.annotations_mut().extend([("entry".into(), "y".into())])).or_insert(ConfigMap::default);
    entry.commit(&PostParams::default()).await?;
    equal("entry", entry.get().annotations().contains_key("entry"), true)
}

async fn delete(client: Client, ns: String) -> Outcome {
    let maps: Api<ConfigMap> = Api::namespaced(client.clone(), &ns);
    let mut held = config_map("held", "rust", &[]);
    held.metadata.finalizers = Some(vec!["example.com/hold".into()]);
    let uid = maps.create(&PostParams::default(), &held).await?.metadata.uid;
    let of = |uid: Option<String>| DeleteParams::default().preconditions(Preconditions { uid, ..Default::default() });
    equal("of another", reason(maps.delete("held", &of(Some("another".into()))).await), "Conflict".into())?;
    let waiting = some("object that waits", maps.delete("held", &of(uid)).await?.left())?;
    equal("waits", waiting.metadata.deletion_timestamp.is_some(), true)?;
    maps.patch("held", &PatchParams::default(), &Patch::Merge(json!({"metadata": {"finalizers": null}}))).await?;
    equal("gone", maps.get_opt("held").await?.is_none(), true)?;
    let deployments: Api<Deployment> = Api::namespaced(client.clone(), &ns);
    let uid = some("uid", deployments.get("web").await?.uid())?;
    deployments.delete("web", &DeleteParams { propagation_policy: Some(PropagationPolicy::Foreground), ..Default::default() }).await?;
    await_condition(deployments, "web", conditions::is_deleted(&uid)).await?;
    let pods: Api<Pod> = Api::namespaced(client, &ns);
    equal("pods", pods.list(&ListParams::default().labels("app=web")).await?.items.len(), 0)?;
    maps.delete_collection(&DeleteParams::default(), &ListParams::default().labels("by in (rust, watched)")).await?;
    equal("maps", maps.list(&ListParams::default().labels("by=rust")).await?.items.len(), 0)
}

/// Any kind by discovery, and a job that is waited for.
async fn dynamic(client: Client, ns: String) -> Outcome {
    let discovery = Discovery::new(client.clone()).run_aggregated().await?;
    let (resource, capabilities) = some("CronJob", discovery.resolve_gvk(&GroupVersionKind::gvk("batch", "v1", "CronJob")))?;
    equal("subresource", capabilities.subresources.iter().any(|(r, _)| r.plural == "status"), true)?;
    let container = json!({"name": "c", "image": "busybox"});
    let spec = json!({"template": {"spec": {"restartPolicy": "Never", "containers": [container]}}});
    let cron = DynamicObject::new("often", &resource).data(json!({"spec": {"schedule": "* * * * *", "suspend": true, "jobTemplate": {"spec": spec}}}));
    let all: Api<DynamicObject> = Api::namespaced_with(client.clone(), &ns, &resource);
    let made = all.create(&PostParams::default(), &cron).await?;
    equal("default", made.data["spec"]["concurrencyPolicy"].as_str(), Some("Allow"))?;
    all.delete("often", &DeleteParams::default()).await?;
    let jobs: Api<Job> = Api::namespaced(client, &ns);
    let job: Job = serde_json::from_value(json!({"metadata": {"name": "once"}, "spec": spec}))?;
    jobs.create(&PostParams::default(), &job).await?;
    await_condition(jobs.clone(), "once", |j: Option<&Job>| j.and_then(|j| j.status.as_ref()).is_some_and(|s| s.start_time.is_some())).await?;
    jobs.delete("once", &DeleteParams::background()).await?;
    equal("resource", ApiResource::erase::<Job>(&()).plural, "jobs".into())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome {
    let mut s = Steps { client: Client::try_default().await?, namespace: std::env::var("CLIENT_NAMESPACE")?, failed: false };
    s.run("create", create).await;
    s.run("get", get).await;
    s.run("list", list).await;
    s.run("watch", watch).await;
    s.run("patch", patch).await;
    s.run("conflict", conflict).await;
    s.run("delete", delete).await;
    s.run("dynamic", dynamic).await;
    std::process::exit(i32::from(s.failed));
}
