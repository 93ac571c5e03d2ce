package main

import (
	"context"
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/sets"
	appsac "k8s.io/client-go/applyconfigurations/apps/v1"
	autoscalingac "k8s.io/client-go/applyconfigurations/autoscaling/v1"
	coreac "k8s.io/client-go/applyconfigurations/core/v1"
	metaac "k8s.io/client-go/applyconfigurations/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/util/csaupgrade"

	"kubernest.test/clients/check"
)

type applies struct {
	client    kubernetes.Interface
	namespace string
}

func (a applies) run(s *check.Steps) {
	s.Run("apply", a.apply)
	s.Run("apply by the served schema", a.schema)
	s.Run("apply after update", a.upgrade)
	s.Run("apply status and scale", a.subresources)
}

func (a applies) deployment(replicas int32, image string) *appsac.DeploymentApplyConfiguration {
	labels := map[string]string{"app": "applied"}
	c := appsac.Deployment("applied", a.namespace).WithSpec(appsac.DeploymentSpec().
		WithSelector(metaac.LabelSelector().WithMatchLabels(labels)).
		WithTemplate(coreac.PodTemplateSpec().WithLabels(labels).WithSpec(coreac.PodSpec().
			WithContainers(coreac.Container().WithName("web").WithImage(image).WithPorts(coreac.ContainerPort().WithContainerPort(80))))))
	if replicas > 0 {
		c.Spec.WithReplicas(replicas)
	}
	return c
}

// Two managers: what one owns the other may only take by force; what a manager leaves out goes when no other owns it.
func (a applies) apply(ctx context.Context) error {
	all := a.client.AppsV1().Deployments(a.namespace)
	one, two := metav1.ApplyOptions{FieldManager: "one"}, metav1.ApplyOptions{FieldManager: "two"}
	if _, err := all.Apply(ctx, a.deployment(1, "nginx:1"), one); err != nil {
		return err
	}
	_, refused := all.Apply(ctx, a.deployment(0, "nginx:2"), two)
	if !apierrors.IsConflict(refused) || !apierrors.HasStatusCause(refused, metav1.CauseTypeFieldManagerConflict) {
		return fmt.Errorf("an image that another applied: %v", refused)
	}
	two.Force = true
	forced, err := all.Apply(ctx, a.deployment(0, "nginx:2").WithLabels(map[string]string{"two": "y"}), two)
	if err != nil {
		return err
	}
	extracted, err := appsac.ExtractDeployment(forced, "one")
	if err != nil {
		return err
	}
	if extracted.Spec.Template.Spec != nil && len(extracted.Spec.Template.Spec.Containers) > 0 && extracted.Spec.Template.Spec.Containers[0].Image != nil {
		return fmt.Errorf("the first manager still owns the image")
	}
	without, err := all.Apply(ctx, a.deployment(0, "nginx:2"), two)
	if err != nil {
		return err
	}
	same, err := all.Apply(ctx, a.deployment(0, "nginx:2"), two)
	if err != nil {
		return err
	}
	return check.First(
		check.Equal("replicas of the first manager", *forced.Spec.Replicas, 1),
		check.Equal("image", forced.Spec.Template.Spec.Containers[0].Image, "nginx:2"),
		check.Equal("label", forced.Labels["two"], "y"),
		check.Equal("label left out", len(without.Labels), 0),
		check.Equal("spec generation", same.Generation, forced.Generation),
	)
}

// What a manager owns is told by the OpenAPI document that the server serves.
func (a applies) schema(ctx context.Context) error {
	got, err := a.client.AppsV1().Deployments(a.namespace).Get(ctx, "applied", metav1.GetOptions{})
	if err != nil {
		return err
	}
	object, err := runtime.DefaultUnstructuredConverter.ToUnstructured(got)
	if err != nil {
		return err
	}
	u := &unstructured.Unstructured{Object: object}
	u.SetGroupVersionKind(appsv1.SchemeGroupVersion.WithKind("Deployment"))
	extractor, err := metaac.NewUnstructuredExtractor(a.client.Discovery())
	if err != nil {
		return err
	}
	owned, err := extractor.Extract(u, "two")
	if err != nil {
		return err
	}
	containers, _, err := unstructured.NestedSlice(owned.Object, "spec", "template", "spec", "containers")
	if err != nil || len(containers) != 1 {
		return fmt.Errorf("%v: %v", err, owned.Object)
	}
	_, replicas := owned.Object["spec"].(map[string]any)["replicas"]
	return check.First(
		check.Equal("container", fmt.Sprint(containers[0]), "map[image:nginx:2 name:web ports:[map[containerPort:80]]]"),
		check.Equal("another's replicas", replicas, false),
	)
}

// A manager that has updated goes over to apply, and then takes away what it leaves out.
func (a applies) upgrade(ctx context.Context) error {
	maps := a.client.CoreV1().ConfigMaps(a.namespace)
	made, err := maps.Create(ctx, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "upgraded"}, Data: map[string]string{"a": "1", "b": "2"}}, metav1.CreateOptions{FieldManager: "old"})
	if err != nil {
		return err
	}
	patch, err := csaupgrade.UpgradeManagedFieldsPatch(made, sets.New("old"), "new")
	if err != nil {
		return err
	}
	if _, err = maps.Patch(ctx, "upgraded", types.JSONPatchType, patch, metav1.PatchOptions{}); err != nil {
		return err
	}
	applied, err := maps.Apply(ctx, coreac.ConfigMap("upgraded", a.namespace).WithData(map[string]string{"a": "1"}), metav1.ApplyOptions{FieldManager: "new"})
	if err != nil {
		return err
	}
	return check.First(check.Equal("data", fmt.Sprint(applied.Data), "map[a:1]"), check.Equal("managers", len(applied.ManagedFields), 1))
}

func (a applies) subresources(ctx context.Context) error {
	all := a.client.AppsV1().Deployments(a.namespace)
	scale := autoscalingac.Scale().WithSpec(autoscalingac.ScaleSpec().WithReplicas(4))
	scaled, err := all.ApplyScale(ctx, "applied", scale, metav1.ApplyOptions{FieldManager: "scaler", Force: true})
	if err != nil {
		return err
	}
	status := coreac.NamespaceStatus().WithConditions(coreac.NamespaceCondition().WithType("Example").WithStatus("True").WithReason("Applied").WithMessage("by a test"))
	ns, err := a.client.CoreV1().Namespaces().ApplyStatus(ctx, coreac.Namespace(a.namespace).WithStatus(status), metav1.ApplyOptions{FieldManager: "status"})
	if err != nil {
		return err
	}
	return check.First(
		check.Equal("replicas", scaled.Spec.Replicas, 4),
		check.Equal("condition", ns.Status.Conditions[0].Reason, "Applied"),
		all.Delete(ctx, "applied", metav1.DeleteOptions{}),
	)
}
