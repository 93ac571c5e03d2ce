package main

import (
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	appsac "k8s.io/client-go/applyconfigurations/apps/v1"
	autoscalingac "k8s.io/client-go/applyconfigurations/autoscaling/v1"
	coreac "k8s.io/client-go/applyconfigurations/core/v1"
	metaac "k8s.io/client-go/applyconfigurations/meta/v1"
	"k8s.io/client-go/kubernetes"

	"kubernest.test/clients/check"
)

type applies struct {
	client    kubernetes.Interface
	namespace string
}

func (a applies) run(s *check.Steps) {
	s.Run("apply", a.apply)
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
