using System.Buffers;
using System.Diagnostics;
using System.Text;
using Raft.Testing;

namespace Raft.Tests.Node;

/// <summary>The activities of commands: from the proposal, over its commitment, to each node that applies it.</summary>
[Collection(nameof(ProcessWide))]
public sealed class ActivityTests : IDisposable
{
    private readonly Lab _lab = new();
    private readonly Activities _activities = new();

    public void Dispose() => _activities.Dispose();

    [Fact]
    public void Command_Committed_IsTracedOnEveryNode()
    {
        LabNode[] nodes = [.. _lab.Cluster(3, Configure)];
        Array.ForEach(nodes, static node => node.Run());
        LabNode leader = _lab.WaitForLeader(nodes);
        Activity caller = _activities.Call();

        Committed committed = leader.Commit("a");
        caller.Stop();
        _lab.World.RunFor(TimeSpan.FromSeconds(1));

        Activity propose = _activities.Single("raft.propose");
        Assert.Equal((caller.TraceId, caller.SpanId, ActivityKind.Client), (propose.TraceId, propose.ParentSpanId, propose.Kind));
        AssertTags(
            propose,
            leader.Raft.Id.Value,
            ("raft.outcome", "committed"),
            ("raft.index", committed.Index),
            ("raft.term", committed.Term));
        Activity commit = _activities.Single("raft.commit");
        AssertTags(commit, leader.Raft.Id.Value, ("raft.index", committed.Index), ("raft.term", committed.Term));
        Activity[] applies = _activities.Of("raft.apply");
        Assert.Equal(["n1", "n2", "n3"], applies.Select(static apply => apply.GetTagItem("raft.node.id")).Order());
        Assert.All([commit, .. applies], inner =>
        {
            Assert.Equal((caller.TraceId, propose.SpanId, ActivityKind.Internal), (inner.TraceId, inner.ParentSpanId, inner.Kind));
            Assert.Equal(committed.Index, inner.GetTagItem("raft.index"));
            Assert.Equal(ActivityStatusCode.Unset, inner.Status);
        });
    }

    [Fact]
    public void Activities_HaveTheTimesOfTheNodesClock()
    {
        Gated machine = new();
        LabNode node = _lab.Node(machine: machine, configure: Configure).Lead();
        node.Store.Hold();
        TimeSpan start = _lab.World.Clock.Now;
        Task<Committed> proposal = node.Propose("a");
        _lab.World.RunFor(TimeSpan.FromSeconds(2));
        node.Store.Release();
        _lab.World.RunUntil(() => machine.IsWaiting);
        _lab.World.RunFor(TimeSpan.FromSeconds(5));
        machine.Release();
        _lab.World.Run(proposal);

        Assert.Equal(SimulatedClock.Origin.UtcDateTime + start, _activities.Single("raft.propose").StartTimeUtc);
        Assert.Equal(7, _activities.Single("raft.propose").Duration.TotalSeconds, 0.1);
        Assert.Equal(2, _activities.Single("raft.commit").Duration.TotalSeconds, 0.1);
        Assert.Equal(5, _activities.Single("raft.apply").Duration.TotalSeconds, 0.1);
    }

    [Fact]
    public void Proposal_Refused_IsAnError()
    {
        LabNode node = _lab.Node(configure: Configure);

        NodeStoppedException refusal = _lab.Fails<NodeStoppedException>(node.Propose("too early"));

        AssertError("refused", refusal.Message);
    }

    [Fact]
    public void Proposal_Rejected_IsAnErrorAndStillApplied()
    {
        LabNode node = _lab.Node(machine: new Account(), configure: Configure).Lead();

        _lab.Fails<CommandRejectedException, Balance>(
            node.Raft.CreateProposer<Transfer, Balance>().ProposeAsync(new Transfer(-1), CancellationToken.None));

        AssertError("rejected", "Only 0 left.");
        Assert.Single(_activities.Of("raft.apply"));
    }

    [Fact]
    public void Proposal_OfUnknownOutcome_IsAnError()
    {
        Gated machine = new();
        LabNode node = _lab.Node(machine: machine, configure: Configure).Lead();
        Task<Committed> proposal = node.Propose("a");
        _lab.World.RunUntil(() => machine.IsWaiting);
        node.Stop();

        AssertError("unknown", _lab.Fails<OutcomeUnknownException>(proposal).Message);
        machine.Release();
        _lab.World.RunUntilIdle();
        Assert.Empty(_activities.Of("raft.apply"));
    }

    [Fact]
    public void Proposal_Cancelled_IsAnError()
    {
        LabNode node = _lab.Node(configure: Configure).Lead();

        _lab.Fails<TaskCanceledException>(node.Raft.ProposeAsync("never", new CancellationToken(canceled: true)).AsTask());

        Assert.Equal("cancelled", _activities.Single("raft.propose").GetTagItem("raft.outcome"));
    }

    [Fact]
    public void TypedProposal_IsTraced()
    {
        LabNode node = _lab.Node(machine: new Account(), configure: Configure).Lead();

        _lab.World.Run(node.Raft.CreateProposer<Transfer, Balance>().ProposeAsync(new Transfer(5), CancellationToken.None));

        Assert.Equal(
            ["raft.apply", "raft.commit", "raft.propose"],
            _activities.All.Select(static activity => activity.OperationName).Order());
        AssertTags(_activities.Single("raft.propose"), "n1", ("raft.outcome", "committed"));
    }

    [Fact]
    public void EmptyCommand_IsTracedOnlyUpToItsProposal()
    {
        LabNode node = _lab.Node(machine: new Durable(), configure: Configure).Lead();

        node.Commit(string.Empty);

        Assert.Equal("raft.propose", Assert.Single(_activities.All).OperationName);
    }

    [Fact]
    public void Commands_ThatShareAnArray_AreNeverTracedAsOneAnother()
    {
        LabNode node = _lab.Node(configure: Configure).Lead();
        byte[] array = Encoding.UTF8.GetBytes("ab");
        Task<Committed> first = node.Raft.ProposeAsync(array.AsMemory(0, 1), CancellationToken.None).AsTask();
        Task<Committed> second = node.Raft.ProposeAsync(array.AsMemory(1, 1), CancellationToken.None).AsTask();
        _lab.World.RunUntil(() => first.IsCompleted && second.IsCompleted);

        Activity apply = _activities.Single("raft.apply");
        Activity propose = _activities.Of("raft.propose").Single(propose => propose.SpanId == apply.ParentSpanId);
        Assert.Equal(propose.GetTagItem("raft.index"), apply.GetTagItem("raft.index"));
    }

    [Fact]
    public void Command_NotSampled_LeavesNothing()
    {
        LabNode node = _lab.Node(configure: Configure).Lead();
        _activities.Sampling = static () => ActivitySamplingResult.None;

        Task<Committed> proposal = node.Propose("a");
        _activities.Sampling = static () => ActivitySamplingResult.AllDataAndRecorded;
        _lab.World.Run(proposal);

        Assert.Empty(_activities.All);
    }

    [Fact]
    public void Command_NotSampledInMemoryThatWasBefore_IsNotTakenForTheFirst()
    {
        LabNode node = _lab.Node(configure: Configure).Lead();
        byte[] command = Encoding.UTF8.GetBytes("tick");
        _lab.World.Run(node.Raft.ProposeAsync(command.AsMemory(), CancellationToken.None));
        Assert.Single(_activities.Of("raft.apply"));
        _activities.Sampling = static () => ActivitySamplingResult.None;

        Task<Committed> again = node.Raft.ProposeAsync(command.AsMemory(), CancellationToken.None).AsTask();
        _activities.Sampling = static () => ActivitySamplingResult.AllDataAndRecorded;
        _lab.World.Run(again);

        Assert.Single(_activities.Of("raft.apply"));
    }

    [Fact]
    public void Command_AppliedAgainFromTheLog_IsNotCommittedAgain()
    {
        LabNode first = _lab.Node(configure: Configure).Lead();
        first.Commit("a");
        first.Stop();
        LabNode second = _lab.Node(configure: Configure, store: first.Store).Lead();
        _lab.World.RunUntil(() => second.Log.Count == 1);

        Assert.Single(_activities.Of("raft.commit"));
    }

    [Fact]
    public void Proposal_LeavesTheCallersActivityCurrent()
    {
        LabNode node = _lab.Node(configure: Configure).Lead();
        using Activity caller = _activities.Call();

        node.Commit("a");

        Assert.Same(caller, Activity.Current);
    }

    [Theory]
    [InlineData("sample")]
    [InlineData("start")]
    [InlineData("stop")]
    public void ListenerThatThrows_AffectsNothingElse(string when)
    {
        LabNode[] nodes = [.. _lab.Cluster(3, Configure)];
        Array.ForEach(nodes, static node => node.Run());
        LabNode leader = _lab.WaitForLeader(nodes);
        Action thrower = static () => throw new InvalidOperationException("The exporter is away.");
        _activities.Sampling = when == "sample"
            ? static () => throw new InvalidOperationException("The exporter is away.")
            : _activities.Sampling;
        _activities.OnStart = when == "start" ? thrower : null;
        _activities.OnStop = when == "stop" ? thrower : null;

        leader.Commit("a");
        leader.Commit("b");
        _lab.World.RunFor(TimeSpan.FromSeconds(1));

        Assert.Null(Activity.Current);
        Assert.All(nodes, static node => Assert.Equal(["a", "b"], node.Log));
        Assert.All(nodes, static node => Assert.Null(node.Status.Failure));
    }

    [Fact]
    public void Command_WhoseMemoryIsNotAnArray_IsTracedOnlyUpToItsProposal()
    {
        LabNode node = _lab.Node(configure: Configure).Lead();
        using IMemoryOwner<byte> owner = new Unmanaged();

        _lab.World.Run(node.Raft.ProposeAsync(owner.Memory, CancellationToken.None));

        Assert.Equal("raft.propose", Assert.Single(_activities.All).OperationName);
    }

    private static void AssertTags(Activity activity, string node, params (string Name, object Value)[] tags) => Assert.Equal(
        tags.Append(("raft.node.id", node)).Append(("raft.cluster.id", activity.GetTagItem("raft.cluster.id")!))
            .OrderBy(static tag => tag.Item1, StringComparer.Ordinal),
        activity.TagObjects.Select(static tag => (tag.Key, tag.Value!)).OrderBy(static tag => tag.Key, StringComparer.Ordinal));

    private void AssertError(string outcome, string description)
    {
        Activity propose = _activities.Single("raft.propose");
        Assert.Equal(
            (outcome, ActivityStatusCode.Error, description),
            ((string)propose.GetTagItem("raft.outcome")!, propose.Status, propose.StatusDescription));
    }

    private void Configure(RaftNodeOptions options) => options.ClusterId = _activities.ClusterId;

    /// <summary>Memory that does not expose an array.</summary>
    private sealed class Unmanaged : MemoryManager<byte>
    {
        private readonly byte[] _bytes = "ab"u8.ToArray();

        public override Span<byte> GetSpan() => _bytes;

        public override MemoryHandle Pin(int elementIndex = 0) => default;

        public override void Unpin()
        {
            // nothing was pinned
        }

        protected override void Dispose(bool disposing)
        {
            // nothing to release
        }
    }
}
