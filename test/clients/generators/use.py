"""Uses the Python client that openapi-generator made: its models check every answer, and must not lose a field."""

import importlib
import inspect
import json
import os
import pkgutil
import re
import sys

sys.path.insert(0, "python")
import openapi_client
from openapi_client import api as apis

NAMESPACE = os.environ["CLIENT_NAMESPACE"]
failed = False


def step(name, do):
    global failed
    try:
        do()
        print(f"ok {name}", flush=True)
    except Exception as e:
        failed = True
        print(f"not ok {name}: {type(e).__name__} {str(e)[:800]!r}", flush=True)


connection = json.load(open("connection.json"))
configuration = openapi_client.Configuration(host=connection["host"], ssl_ca_cert=connection["ca"])
configuration.cert_file, configuration.key_file = connection["cert"], connection["key"]
client = openapi_client.ApiClient(configuration)


def compile_all():
    for module in pkgutil.walk_packages(openapi_client.__path__, "openapi_client."):
        importlib.import_module(module.name)


def create():
    core, apps = apis.CoreV1Api(client), apis.AppsV1Api(client)
    config_map = openapi_client.IoK8sApiCoreV1ConfigMap.from_dict({"metadata": {"name": "made", "labels": {"a": "b"}}, "data": {"k": "v"}})
    made = core.create_core_v1_namespaced_config_map(NAMESPACE, config_map)
    if made.data != {"k": "v"} or not made.metadata.uid:
        raise AssertionError(made)
    labels = {"app": "made"}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "c", "image": "nginx", "ports": [{"containerPort": 80}]}]}}
    deployment = {"metadata": {"name": "made"}, "spec": {"replicas": 1, "selector": {"matchLabels": labels}, "template": template}}
    apps.create_apps_v1_namespaced_deployment(NAMESPACE, openapi_client.IoK8sApiAppsV1Deployment.from_dict(deployment))


def plain(value):
    """A model as JSON, times as the server writes them."""
    text = value.to_json()
    return json.loads(re.sub(r'(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{6})?)\+00:00"', r'\1Z"', text))


def lost(raw, model, path=""):
    """The first path whose value the model has not kept."""
    if isinstance(raw, dict) and isinstance(model, dict):
        return next((d for k, v in raw.items() if (d := lost(v, model.get(k), f"{path}.{k}"))), None)
    if isinstance(raw, list) and isinstance(model, list) and len(raw) == len(model):
        return next((d for i, v in enumerate(raw) if (d := lost(v, model[i], f"{path}[{i}]"))), None)
    # Python leaves out microseconds that are none.
    same = raw == model or isinstance(raw, str) and raw.replace(".000000Z", "Z") == model
    return None if same else f"{path}: {raw!r} became {model!r}"


# kube-apiserver, too, writes null for the time of an event that was recorded by the older API, though its document requires a time.
NULL_TIMES = "list_events_v1_event_for_all_namespaces"


def lists():
    """Every list of every resource in all namespaces."""
    count = 0
    for _, cls in inspect.getmembers(apis, inspect.isclass):
        for name, method in inspect.getmembers(cls(client), inspect.ismethod):
            if not name.startswith("list_") or name.endswith(("_with_http_info", "_without_preload_content")) or "_namespaced_" in name or name == NULL_TIMES:
                continue
            model = method()
            # The same version once more; what is not stored has none.
            version = model.metadata.resource_version
            exact = {"resource_version": version, "resource_version_match": "Exact"} if version else {}
            raw = json.loads(getattr(cls(client), name + "_without_preload_content")(**exact).data)
            if problem := lost(raw, plain(model)):
                raise AssertionError(f"{name}{problem}")
            count += len(raw["items"])
    if count < 200:
        raise AssertionError(f"only {count} objects listed")


def delete():
    gone = apis.AppsV1Api(client).delete_apps_v1_namespaced_deployment("made", NAMESPACE)
    if gone.status != "Success":
        raise AssertionError(gone)
    try:
        apis.CoreV1Api(client).read_core_v1_namespaced_config_map("none", NAMESPACE)
        raise AssertionError("found what is not there")
    except openapi_client.exceptions.NotFoundException as e:
        if json.loads(e.body)["reason"] != "NotFound":
            raise


for name, do in [("compile", compile_all), ("create", create), ("list", lists), ("delete", delete)]:
    step(name, do)
sys.exit(1 if failed else 0)
