using System.Globalization;
using KeyValueService.Server;
using Microsoft.Extensions.Configuration;
using Raft;
using YamlDotNet.RepresentationModel;

namespace KeyValueService.Tests.Deployment;

/// <summary>The parts of the manifests agree with each other and with the program.</summary>
public sealed class ManifestTests
{
    private static readonly YamlNode Set = Manifests.Find("StatefulSet", "keyvalue");
    private static readonly YamlNode Pod = Manifests.At(Set, "spec", "template", "spec");
    private static readonly YamlNode Container = Manifests.At(Pod, "containers", 0);
    private static readonly YamlNode Headless = Manifests.Find("Service", "keyvalue-nodes");

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void StatefulSet_ArgumentsOfEachPod_AreCompleteSettings(int ordinal)
    {
        string pod = $"keyvalue-{ordinal}";
        string[] arguments = [.. ArgumentsOf(pod).Where(static argument => !argument.StartsWith("--certs", StringComparison.Ordinal))];

        CommandLine.Check(arguments);
        ServerSettings settings = ServerSettings.Read(
            new ConfigurationBuilder().AddCommandLine(arguments, CommandLine.Switches).Build());

        Assert.Equal(pod, settings.Node);
        Assert.Equal($"http://0.0.0.0:{PortOf("http")}", settings.Url);
        Assert.Equal(
            Enumerable.Range(0, Replicas).Select(static i => $"http://keyvalue-{i}.keyvalue-nodes.space.svc:{PortOf("http")}"),
            settings.Members.Select(static member => member.Tags[MemberList.UrlTag]));
        Assert.All(settings.Members, static member => Assert.EndsWith($":{PortOf("raft")}", member.Address, StringComparison.Ordinal));
    }

    [Fact]
    public void StatefulSet_Folders_AreMounted()
    {
        string[] mounts = [.. Children(Container, "volumeMounts").Select(static mount => Manifests.Text(mount, "mountPath"))];

        Assert.Contains("--data=/data", ArgumentsOf("keyvalue-0"));
        Assert.Contains("--certs=/certs", ArgumentsOf("keyvalue-0"));
        Assert.Contains("/data", mounts);
        Assert.Contains("/certs", mounts);
        Assert.Equal("data", Manifests.Text(Set, "spec", "volumeClaimTemplates", 0, "metadata", "name"));
        Assert.Equal("keyvalue-certificates", Manifests.Text(Pod, "volumes", 0, "secret", "secretName"));
    }

    [Theory]
    [InlineData("startupProbe", "/alive")]
    [InlineData("readinessProbe", "/health")]
    [InlineData("livenessProbe", "/alive")]
    public void StatefulSet_Probe_AsksForTheRightThing(string probe, string path)
    {
        Assert.Equal(path, Manifests.Text(Container, probe, "httpGet", "path"));
        Assert.Equal("http", Manifests.Text(Container, probe, "httpGet", "port"));
    }

    [Fact]
    public void StatefulSet_Pods_StartTogetherAndFindEachOtherBeforeTheyAreReady()
    {
        Assert.Equal("Parallel", Manifests.Text(Set, "spec", "podManagementPolicy"));
        Assert.Equal("keyvalue-nodes", Manifests.Text(Set, "spec", "serviceName"));
        Assert.Equal("None", Manifests.Text(Headless, "spec", "clusterIP"));
        Assert.Equal("true", Manifests.Text(Headless, "spec", "publishNotReadyAddresses"));
    }

    [Fact]
    public void Selectors_OfAllObjects_AreTheLabelOfThePods()
    {
        YamlNode labels = Manifests.At(Set, "spec", "template", "metadata", "labels");

        Assert.Equal(labels, Manifests.At(Set, "spec", "selector", "matchLabels"));
        Assert.Equal(labels, Manifests.At(Headless, "spec", "selector"));
        Assert.Equal(labels, Manifests.At(Manifests.Find("Service", "keyvalue"), "spec", "selector"));
        Assert.Equal(labels, Manifests.At(Manifests.Find("PodDisruptionBudget", "keyvalue"), "spec", "selector", "matchLabels"));
    }

    [Fact]
    public void DisruptionBudget_LeavesAMajority()
    {
        string budget = Manifests.Text(Manifests.Find("PodDisruptionBudget", "keyvalue"), "spec", "maxUnavailable");

        Assert.True(int.Parse(budget, CultureInfo.InvariantCulture) <= (Replicas - 1) / 2);
    }

    [Fact]
    public void StatefulSet_OptionsInTheEnvironment_AreOnesOfTheLibrary()
    {
        Dictionary<string, string> values = Children(Container, "env")
            .Where(static variable => variable is YamlMappingNode mapping && mapping.Children.ContainsKey("value"))
            .ToDictionary(static variable => Manifests.Text(variable, "name"), static variable => Manifests.Text(variable, "value"));

        Assert.Equal($"0.0.0.0:{PortOf("raft")}", values["Raft__Tcp__Listen"]);
        Assert.Equal(FirstStart.Bootstrap, Enum.Parse<FirstStart>(values["Raft__FirstStart"]));
        Assert.Equal(2, values.Count);
    }

    private static int Replicas => int.Parse(Manifests.Text(Set, "spec", "replicas"), CultureInfo.InvariantCulture);

    private static YamlSequenceNode Children(YamlNode node, string key) => (YamlSequenceNode)Manifests.At(node, key);

    private static string PortOf(string name) => Manifests.Text(
        Children(Container, "ports").Single(port => Manifests.Text(port, "name") == name), "containerPort");

    /// <summary>The arguments after Kubernetes has replaced the variables in them.</summary>
    private static string[] ArgumentsOf(string pod) =>
    [
        .. Children(Container, "args").Select(argument => Manifests.Text(argument)
            .Replace("$(POD_NAME)", pod, StringComparison.Ordinal)
            .Replace("$(POD_NAMESPACE)", "space", StringComparison.Ordinal)),
    ];
}
