import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.ConfigMapList;
import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.dsl.NonNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** The steps of a client through fabric8's kubernetes-client. */
public class Client {
  interface Step {
    void run() throws Exception;
  }

  static boolean failed;
  static final String NAMESPACE = System.getenv("CLIENT_NAMESPACE");

  static void step(String name, Step step) {
    try {
      step.run();
      System.out.println("ok " + name);
    } catch (Throwable e) {
      failed = true;
      String where = "";
      for (StackTraceElement frame : e.getStackTrace()) if (where.isEmpty() && frame.getClassName().startsWith("Client")) where = " in line " + frame.getLineNumber();
      System.out.println("not ok " + name + ": " + String.valueOf(e).replace('\n', ' ') + where);
    }
  }

  static void equal(String what, Object got, Object want) {
    if (!Objects.equals(got, want)) throw new IllegalStateException(what + ": got " + got + ", want " + want);
  }

  static KubernetesClientException refused(int code, Callable<?> call) throws Exception {
    try {
      call.call();
    } catch (KubernetesClientException e) {
      equal("status", e.getCode(), code);
      return e;
    }
    throw new IllegalStateException("not refused with " + code);
  }

  static void eventually(String what, Callable<Boolean> ask) throws Exception {
    for (long end = System.nanoTime() + 30_000_000_000L; System.nanoTime() < end; Thread.sleep(30)) if (ask.call()) return;
    throw new IllegalStateException("no " + what + " in 30 s");
  }

  /** Breaks all connections to the server. */
  static void cut() throws Exception {
    HttpRequest q = HttpRequest.newBuilder(URI.create(System.getenv("CLIENT_CUT_URL"))).POST(HttpRequest.BodyPublishers.noBody()).build();
    HttpClient.newHttpClient().send(q, BodyHandlers.discarding());
  }

  final KubernetesClient client;
  final NonNamespaceOperation<ConfigMap, ConfigMapList, Resource<ConfigMap>> maps;

  Client(KubernetesClient client) {
    this.client = client;
    maps = client.configMaps().inNamespace(NAMESPACE);
  }

  static ConfigMap configMap(String name, String label, Map<String, String> data) {
    return new ConfigMapBuilder().withNewMetadata().withName(name).withNamespace(NAMESPACE).addToLabels("by", label).endMetadata().withData(data).build();
  }

  static Deployment deployment(String name) {
    Map<String, String> labels = Map.of("app", name);
    return new DeploymentBuilder().withNewMetadata().withName(name).withNamespace(NAMESPACE).endMetadata()
        .withNewSpec().withReplicas(2).withNewSelector().withMatchLabels(labels).endSelector()
        .withNewTemplate().withNewMetadata().withLabels(labels).endMetadata()
        .withNewSpec().addNewContainer().withName("web").withImage("nginx:1.27").endContainer().endSpec().endTemplate().endSpec().build();
  }

  void create() throws Exception {
    ConfigMap made = maps.resource(configMap("one", "java", Map.of("a", "1"))).create();
    equal("manager", made.getMetadata().getManagedFields().get(0).getOperation(), "Update");
    refused(409, () -> maps.resource(configMap("one", "java", Map.of())).create());
    Deployment dry = client.resource(deployment("web")).dryRun().create();
    equal("default", dry.getSpec().getStrategy().getRollingUpdate().getMaxSurge().getStrVal(), "25%");
    client.resource(deployment("web")).create();
    Deployment bad = deployment("bad");
    bad.getSpec().getTemplate().getSpec().getContainers().get(0).setImage(null);
    KubernetesClientException e = refused(422, () -> client.resource(bad).create());
    equal("field", e.getStatus().getDetails().getCauses().get(0).getField(), "spec.template.spec.containers[0].image");
  }

  void get() throws Exception {
    equal("data", maps.withName("one").get().getData(), Map.of("a", "1"));
    equal("none", maps.withName("none").get(), null);
    equal("version", client.getKubernetesVersion().getMinor(), "36");
    client.apps().deployments().inNamespace(NAMESPACE).withName("web").waitUntilReady(30, TimeUnit.SECONDS);
  }

  void list() {
    for (int i = 0; i < 6; i++) maps.resource(configMap("page-" + i, "java", Map.of())).create();
    List<String> names = new ArrayList<>();
    int pages = 0;
    for (String token = null; pages == 0 || token != null; pages++) {
      ConfigMapList page = maps.withLabel("by", "java").list(new ListOptionsBuilder().withLimit(3L).withContinue(token).build());
      page.getItems().forEach(m -> names.add(m.getMetadata().getName()));
      token = page.getMetadata().getContinue();
      if (token != null && token.isEmpty()) token = null;
    }
    equal("pages", pages, 3);
    equal("names", String.join(" ", names), "one page-0 page-1 page-2 page-3 page-4 page-5");
  }

  /** An informer and a watch from a version, through connections that break. */
  void watch() throws Exception {
    String start = maps.list().getMetadata().getResourceVersion();
    List<String> added = new CopyOnWriteArrayList<>();
    List<String> deleted = new CopyOnWriteArrayList<>();
    List<String> watched = new CopyOnWriteArrayList<>();
    ResourceEventHandler<ConfigMap> handler = new ResourceEventHandler<>() {
      public void onAdd(ConfigMap m) {
        added.add(m.getMetadata().getName());
      }

      public void onUpdate(ConfigMap old, ConfigMap now) {}

      public void onDelete(ConfigMap m, boolean unknown) {
        deleted.add(m.getMetadata().getName());
      }
    };
    Watcher<ConfigMap> watcher = new Watcher<>() {
      public void eventReceived(Action action, ConfigMap m) {
        if (action != Action.BOOKMARK) watched.add(action + " " + m.getMetadata().getName());
      }

      public void onClose(WatcherException e) {
        watched.add("closed: " + e);
      }
    };
    try (var informer = maps.withLabel("by", "watched").inform(handler); var watch = maps.withLabel("by", "watched").watch(new ListOptionsBuilder().withResourceVersion(start).build(), watcher)) {
      for (int i = 0; i < 3; i++) {
        ConfigMap m = configMap("watched-" + i, "watched", Map.of());
        eventually("write", () -> {
          try {
            maps.resource(m).create();
            return true;
          } catch (KubernetesClientException e) {
            return e.getCode() == 409;
          }
        });
        eventually("event of " + m.getMetadata().getName(), () -> added.contains(m.getMetadata().getName()));
        cut();
      }
      eventually("deletion", () -> {
        try {
          maps.withName("watched-1").delete();
          return maps.withName("watched-1").get() == null;
        } catch (KubernetesClientException e) {
          return false;
        }
      });
      eventually("event of the deletion", () -> deleted.contains("watched-1") && watched.size() == 4);
      equal("added", added, List.of("watched-0", "watched-1", "watched-2"));
      equal("in the store", informer.getStore().list().size(), 2);
      equal("watched", String.join(", ", watched), "ADDED watched-0, ADDED watched-1, ADDED watched-2, DELETED watched-1");
    }
  }

  ConfigMap patch(PatchType type, String body) {
    return maps.withName("one").patch(PatchContext.of(type), body);
  }

  static String data(ConfigMap m) {
    return new TreeMap<>(m.getData()).toString();
  }

  void patches() throws Exception {
    equal("json patch", data(patch(PatchType.JSON, "[{\"op\":\"test\",\"path\":\"/data/a\",\"value\":\"1\"},{\"op\":\"add\",\"path\":\"/data/json\",\"value\":\"y\"}]")), "{a=1, json=y}");
    equal("merge patch", data(patch(PatchType.JSON_MERGE, "{\"data\":{\"a\":null,\"merge\":\"y\"}}")), "{json=y, merge=y}");
    Resource<Deployment> web = client.resource(deployment("web"));
    Deployment both = web.patch(PatchContext.of(PatchType.STRATEGIC_MERGE), "{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"side\",\"image\":\"busybox\"}]}}}}");
    equal("strategic merge patch", both.getSpec().getTemplate().getSpec().getContainers().size(), 2);
    ConfigMap apply = new ConfigMapBuilder().withNewMetadata().withName("one").withNamespace(NAMESPACE).endMetadata().addToData("apply", "y").build();
    equal("apply", data(maps.resource(apply).fieldManager("applier").serverSideApply()), "{apply=y, json=y, merge=y}");
    apply.getData().put("apply", "z");
    refused(409, () -> maps.resource(apply).fieldManager("another").serverSideApply());
    equal("by force", data(maps.resource(apply).fieldManager("another").forceConflicts().serverSideApply()), "{apply=z, json=y, merge=y}");
    equal("edit", maps.withName("one").edit(m -> new ConfigMapBuilder(m).addToData("edit", "y").build()).getData().get("edit"), "y");
    equal("scale", client.apps().deployments().inNamespace(NAMESPACE).withName("web").scale(1).getSpec().getReplicas(), 1);
  }

  void conflict() throws Exception {
    ConfigMap old = maps.withName("one").get();
    ConfigMap fresh = new ConfigMapBuilder(old).addToData("x", "1").build();
    maps.resource(fresh).update();
    old.getData().put("y", "2");
    refused(409, () -> maps.resource(old).lockResourceVersion().update());
    ConfigMap retried = maps.withName("one").get();
    retried.getData().put("y", "2");
    Map<String, String> both = maps.resource(retried).lockResourceVersion().update().getData();
    equal("both", both.get("x") + both.get("y"), "12");
  }

  void delete() throws Exception {
    ConfigMap held = configMap("held", "java", Map.of());
    held.getMetadata().setFinalizers(List.of("example.com/hold"));
    held = maps.resource(held).create();
    String version = held.getMetadata().getResourceVersion();
    refused(409, () -> maps.withName("held").lockResourceVersion("1").delete());
    maps.withName("held").lockResourceVersion(version).delete();
    equal("waits", maps.withName("held").get().getMetadata().getDeletionTimestamp() != null, true);
    maps.withName("held").patch(PatchContext.of(PatchType.JSON_MERGE), "{\"metadata\":{\"finalizers\":null}}");
    equal("gone", maps.withName("held").get(), null);
    var web = client.apps().deployments().inNamespace(NAMESPACE).withName("web");
    web.withPropagationPolicy(DeletionPropagation.FOREGROUND).withTimeout(30, TimeUnit.SECONDS).delete();
    equal("deployment", web.get(), null);
    equal("pods", client.pods().inNamespace(NAMESPACE).withLabel("app", "web").list().getItems().size(), 0);
    maps.withLabel("by", "java").delete();
    equal("maps", maps.withLabel("by", "java").list().getItems().size(), 0);
  }

  void generic() {
    GenericKubernetesResource lease = new GenericKubernetesResource();
    lease.setApiVersion("coordination.k8s.io/v1");
    lease.setKind("Lease");
    ObjectMeta meta = new ObjectMeta();
    meta.setName("lease");
    meta.setNamespace(NAMESPACE);
    lease.setMetadata(meta);
    lease.setAdditionalProperty("spec", Map.of("holderIdentity", "me"));
    var leases = client.genericKubernetesResources("coordination.k8s.io/v1", "Lease").inNamespace(NAMESPACE);
    leases.resource(lease).create();
    equal("holder", leases.withName("lease").get().<String>get("spec", "holderIdentity"), "me");
    leases.withName("lease").delete();
    equal("groups", client.hasApiGroup("apps", true), true);
  }

  public static void main(String[] args) {
    try (KubernetesClient client = new KubernetesClientBuilder().build()) {
      Client c = new Client(client);
      step("create", c::create);
      step("get", c::get);
      step("list", c::list);
      step("watch", c::watch);
      step("patch", c::patches);
      step("conflict", c::conflict);
      step("delete", c::delete);
      step("generic", c::generic);
    }
    System.exit(failed ? 1 : 0);
  }
}
