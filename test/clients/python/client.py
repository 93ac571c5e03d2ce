"""The steps of a client through the Python library kubernetes."""

import os
import sys
import threading
import time
import traceback
import urllib.request

from kubernetes import client, config, dynamic, watch
from kubernetes.client.exceptions import ApiException

NAMESPACE = os.environ["CLIENT_NAMESPACE"]
LABELS = {"by": "python"}
failed = False


def step(name, do):
    """Runs a step and prints its outcome."""
    global failed
    try:
        do()
        print(f"ok {name}", flush=True)
    except Exception as e:
        failed = True
        where = traceback.extract_tb(e.__traceback__)[-1]
        print(f"not ok {name}: {type(e).__name__} {str(e)[:600]!r} in {where.name}:{where.lineno}", flush=True)


def equal(what, got, want):
    if got != want:
        raise AssertionError(f"{what}: got {got!r}, want {want!r}")


def cut():
    """Breaks all connections to the server."""
    urllib.request.urlopen(urllib.request.Request(os.environ["CLIENT_CUT_URL"], method="POST")).read()


def refused(status, call, *args, **kw):
    """The error of a call that must be refused with a status."""
    try:
        call(*args, **kw)
    except ApiException as e:
        equal("status", e.status, status)
        return e
    raise AssertionError(f"not refused with {status}")


def eventually(what, ask):
    end = time.monotonic() + 30
    while time.monotonic() < end:
        if ask():
            return
        time.sleep(0.05)
    raise AssertionError(f"no {what} in 30 s")


def again(call, *args, **kw):
    """A call whose connection may be among those that break."""
    for last in (False, False, True):
        try:
            return call(*args, **kw)
        except ApiException:
            raise
        except Exception:
            if last:
                raise


def config_map(name, data=None):
    return client.V1ConfigMap(metadata=client.V1ObjectMeta(name=name, labels=LABELS), data=data)


def deployment(name):
    labels = {"app": name}
    return client.V1Deployment(
        metadata=client.V1ObjectMeta(name=name),
        spec=client.V1DeploymentSpec(
            replicas=2,
            selector=client.V1LabelSelector(match_labels=labels),
            template=client.V1PodTemplateSpec(
                metadata=client.V1ObjectMeta(labels=labels),
                spec=client.V1PodSpec(containers=[client.V1Container(name="web", image="nginx:1.27", ports=[client.V1ContainerPort(container_port=80)])]),
            ),
        ),
    )


config.load_kube_config(os.environ["KUBECONFIG"])
core, apps = client.CoreV1Api(), client.AppsV1Api()


def create():
    made = core.create_namespaced_config_map(NAMESPACE, config_map("one", {"a": "1"}), field_manager="python", field_validation="Strict")
    equal("manager", made.metadata.managed_fields[0].manager, "python")
    equal("time zone", made.metadata.creation_timestamp.utcoffset().total_seconds(), 0)
    refused(409, core.create_namespaced_config_map, NAMESPACE, config_map("one"))
    dry = apps.create_namespaced_deployment(NAMESPACE, deployment("web"), dry_run="All")
    equal("default", dry.spec.strategy.rolling_update.max_surge, "25%")
    apps.create_namespaced_deployment(NAMESPACE, deployment("web"))
    bad = deployment("bad")
    bad.spec.template.spec.containers[0].ports[0].container_port = 99999
    equal("names the field", "containers[0].ports[0].containerPort" in refused(422, apps.create_namespaced_deployment, NAMESPACE, bad).body, True)


def get():
    equal("data", core.read_namespaced_config_map("one", NAMESPACE).data, {"a": "1"})
    refused(404, core.read_namespaced_config_map, "none", NAMESPACE)
    eventually("ready deployment", lambda: apps.read_namespaced_deployment_status("web", NAMESPACE).status.ready_replicas == 2)
    equal("version", client.VersionApi().get_code().minor, "36")
    groups = {g.name for g in client.ApisApi().get_api_versions().groups}
    equal("groups", {"apps", "batch", "networking.k8s.io"} <= groups, True)


def list_pages():
    for i in range(6):
        core.create_namespaced_config_map(NAMESPACE, config_map(f"page-{i}"))
    names, pages, token = [], 0, None
    while pages == 0 or token:
        page = core.list_namespaced_config_map(NAMESPACE, label_selector="by=python", limit=3, _continue=token)
        names += [m.metadata.name for m in page.items]
        pages, token = pages + 1, page.metadata._continue
    equal("pages", pages, 3)
    equal("names", names, ["one"] + [f"page-{i}" for i in range(6)])
    equal("by field", len(core.list_config_map_for_all_namespaces(field_selector="metadata.name=page-2").items), 1)


def watch_on():
    """The stream is broken, and taken up from the last version seen: no event is lost or doubled."""
    start = core.list_namespaced_config_map(NAMESPACE).metadata.resource_version
    seen, version = [], start

    def write():
        for i in range(4):
            again(core.create_namespaced_config_map, NAMESPACE, config_map(f"watched-{i}"))
            eventually(f"event of watched-{i}", lambda: len(seen) > i)
            cut()
            time.sleep(0.05)

    writer = threading.Thread(target=write)
    writer.start()
    end = time.monotonic() + 30
    while len(seen) < 4 and time.monotonic() < end:
        w = watch.Watch()
        try:
            for e in w.stream(core.list_namespaced_config_map, NAMESPACE, resource_version=version, timeout_seconds=20):
                version = e["object"].metadata.resource_version
                seen.append((e["type"], e["object"].metadata.name))
                if len(seen) == 4:
                    w.stop()
        except ApiException:
            raise
        except Exception as e:
            print(f"the watch broke, as it was meant to: {type(e).__name__}", file=sys.stderr)
    writer.join()
    equal("events", seen, [("ADDED", f"watched-{i}") for i in range(4)])
    over = list(watch.Watch().stream(core.list_namespaced_config_map, NAMESPACE, resource_version=start, timeout_seconds=1))
    equal("from the start again", len(over), 4)
    try:
        list(watch.Watch().stream(core.list_namespaced_config_map, NAMESPACE, resource_version="1", timeout_seconds=1, label_selector="none"))
    except ApiException as e:
        equal("a version that is gone", e.status, 410)


def patch():
    raw = lambda kind, body: core.patch_namespaced_config_map("one", NAMESPACE, body, _content_type=kind)
    one = raw("application/json-patch+json", [{"op": "test", "path": "/data/a", "value": "1"}, {"op": "add", "path": "/data/json", "value": "y"}])
    equal("json patch", one.data, {"a": "1", "json": "y"})
    equal("merge patch", raw("application/merge-patch+json", {"data": {"a": None, "merge": "y"}}).data, {"json": "y", "merge": "y"})
    both = apps.patch_namespaced_deployment("web", NAMESPACE, {"spec": {"template": {"spec": {"containers": [{"name": "side", "image": "busybox"}]}}}})
    equal("strategic merge patch", [c.name for c in both.spec.template.spec.containers], ["side", "web"])
    d = dynamic.DynamicClient(core.api_client)
    maps = d.resources.get(api_version="v1", kind="ConfigMap")
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "one"}, "data": {"apply": "y"}}
    applied = d.server_side_apply(maps, body=body, namespace=NAMESPACE, field_manager="python-apply", force_conflicts=True)
    equal("apply", applied.data.to_dict(), {"apply": "y", "json": "y", "merge": "y"})
    other = dict(body, data={"apply": "z"})
    try:
        d.server_side_apply(maps, body=other, namespace=NAMESPACE, field_manager="another")
        raise AssertionError("another manager was not refused")
    except dynamic.exceptions.ConflictError as e:
        equal("cause", "FieldManagerConflict" in str(e.body), True)
    scale = apps.patch_namespaced_deployment_scale("web", NAMESPACE, {"spec": {"replicas": 1}})
    equal("scale", scale.spec.replicas, 1)


def conflict():
    old = core.read_namespaced_config_map("one", NAMESPACE)
    fresh = core.read_namespaced_config_map("one", NAMESPACE)
    fresh.data["x"] = "1"
    core.replace_namespaced_config_map("one", NAMESPACE, fresh)
    old.data["y"] = "2"
    refused(409, core.replace_namespaced_config_map, "one", NAMESPACE, old)
    retried = core.read_namespaced_config_map("one", NAMESPACE)
    retried.data["y"] = "2"
    data = core.replace_namespaced_config_map("one", NAMESPACE, retried).data
    equal("both", (data["x"], data["y"]), ("1", "2"))


def delete():
    held = config_map("held")
    held.metadata.finalizers = ["example.com/hold"]
    uid = core.create_namespaced_config_map(NAMESPACE, held).metadata.uid
    refused(409, core.delete_namespaced_config_map, "held", NAMESPACE, body=client.V1DeleteOptions(preconditions=client.V1Preconditions(uid="another")))
    core.delete_namespaced_config_map("held", NAMESPACE, body=client.V1DeleteOptions(preconditions=client.V1Preconditions(uid=uid)))
    equal("waits", core.read_namespaced_config_map("held", NAMESPACE).metadata.deletion_timestamp is not None, True)
    core.patch_namespaced_config_map("held", NAMESPACE, {"metadata": {"finalizers": None}})
    refused(404, core.read_namespaced_config_map, "held", NAMESPACE)
    pods = lambda: core.list_namespaced_pod(NAMESPACE, label_selector="app=web").items
    version = apps.list_namespaced_deployment(NAMESPACE).metadata.resource_version
    apps.delete_namespaced_deployment("web", NAMESPACE, propagation_policy="Foreground")
    for e in watch.Watch().stream(apps.list_namespaced_deployment, NAMESPACE, resource_version=version, timeout_seconds=30):
        if e["type"] == "DELETED":
            break
    else:
        raise AssertionError("the deployment is still there")
    equal("pods", pods(), [])
    core.delete_collection_namespaced_config_map(NAMESPACE, label_selector="by=python")
    equal("maps", core.list_namespaced_config_map(NAMESPACE, label_selector="by=python").items, [])


def dynamic_client():
    """Any kind by discovery, and its watch."""
    d = dynamic.DynamicClient(core.api_client)
    jobs = d.resources.get(api_version="batch/v1", kind="Job")
    container = {"name": "c", "image": "busybox"}
    jobs.create(namespace=NAMESPACE, body={"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "once"}, "spec": {"template": {"spec": {"restartPolicy": "Never", "containers": [container]}}}})
    for e in jobs.watch(namespace=NAMESPACE, timeout=30):
        if e["object"].status.startTime:
            break
    else:
        raise AssertionError("the job has not started")
    jobs.delete(name="once", namespace=NAMESPACE, propagation_policy="Background")


for name, do in [("create", create), ("get", get), ("list", list_pages), ("watch", watch_on), ("patch", patch), ("conflict", conflict), ("delete", delete), ("dynamic", dynamic_client)]:
    step(name, do)
sys.exit(1 if failed else 0)
