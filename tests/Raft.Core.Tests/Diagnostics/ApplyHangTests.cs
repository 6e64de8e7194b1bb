using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace Raft.Tests.Node;

/// <summary>A state machine that is at one batch for ten minimum election timeouts: the log and the status say so.</summary>
public sealed class ApplyHangTests : IDisposable
{
    private const string Suffix = ", and results and reads wait for it";
    private readonly Lab _lab = new();
    private readonly RecordingLoggerFactory _logged = new();
    private readonly Gated _machine = new();

    public ApplyHangTests() => _lab.Loggers = _logged;

    public void Dispose() => _logged.Dispose();

    [Fact]
    public void Apply_ThatHangsAndContinues_LogsOnceAMinuteAndTheEnd()
    {
        LabNode node = _lab.Node(machine: _machine).Lead();
        _lab.World.RunUntil(() => node.Status.AppliedIndex == 1);
        Task<Committed> proposal = node.Propose("slow");
        _lab.World.RunUntil(() => _machine.IsWaiting);

        _lab.World.RunFor(TimeSpan.FromSeconds(9.9));
        Assert.Empty(_logged.Of(120));
        _lab.World.RunFor(TimeSpan.FromMinutes(5));

        FakeLogRecord hang = _logged.Of(120)[0];
        Assert.Equal(5, _logged.Of(120).Length); // when it begins, and then once a minute
        Assert.Equal((LogLevel.Warning, "ApplyHangs"), (hang.Level, hang.Id.Name));
        string[] values = ["NodeId", "Work", "Since"];
        Assert.Equal(["n1", "applying the entry 2", "00:00:10"], values.Select(name => RecordingLoggerFactory.Value(hang, name)));
        Assert.Equal(
            "The state machine of node n1 hangs: it has been applying the entry 2 for 00:00:10. Results and reads of this node wait for it",
            hang.Message);
        HangingWork shown = Assert.Single(node.Status.Hangs);
        Assert.Equal((HangingResource.StateMachine, "applying the entry 2"), (shown.Resource, shown.Work));
        Assert.Equal($"leads term 1: 1 of 1 voters reachable, 1 needed; {shown}" + Suffix, node.Status.Explanation);

        _machine.Release();
        _lab.World.Run(proposal);
        _lab.World.RunUntilIdle();

        FakeLogRecord goesOn = Assert.Single(_logged.Of(121));
        Assert.Equal(
            (LogLevel.Information, "ApplyRecovered", "The state machine of node n1 makes progress again"),
            (goesOn.Level, goesOn.Id.Name, goesOn.Message));
        Assert.Equal("leads term 1: 1 of 1 voters reachable, 1 needed", node.Status.Explanation);
    }

    /// <summary>Proposals that commit meanwhile are no sign that the state machine works.</summary>
    [Fact]
    public void Apply_ThatHangsWhileProposalsArrive_IsLoggedInTime()
    {
        LabNode node = _lab.Node(machine: _machine).Lead();
        for (int i = 0; i < 10; i++)
        {
            _ = node.Propose($"{i}");
            _lab.World.RunFor(TimeSpan.FromSeconds(1));
        }

        _lab.World.RunFor(TimeSpan.FromSeconds(0.5)); // ten seconds of the first one, nine of the second

        Assert.Single(_logged.Of(120));
        Assert.EndsWith(Suffix, node.Status.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void Apply_ThatHangsASecondTime_IsLoggedAgain()
    {
        LabNode node = _lab.Node(machine: _machine).Lead();
        for (int round = 0; round < 2; round++)
        {
            Task<Committed> proposal = node.Propose("slow");
            _lab.World.RunUntil(() => _machine.IsWaiting);
            _lab.World.RunFor(TimeSpan.FromMinutes(1));
            _machine.Release();
            _lab.World.Run(proposal);
            _lab.World.RunUntilIdle();
        }

        Assert.Equal([120, 121, 120, 121], _logged.Ids.Where(static id => id is 120 or 121));
    }

    [Fact]
    public void Apply_ThatHangsWithoutEvidence_KeepsTheLeadership()
    {
        LabNode node = _lab.Node(members: 3, machine: _machine);
        using FakePeers peers = new(_lab, "n2", "n3");
        node.Lead();
        _ = node.Propose("slow");
        _lab.World.RunUntil(() => _machine.IsWaiting);
        _ = node.Propose("after it");
        _lab.World.RunFor(TimeSpan.FromMinutes(5));

        Assert.Equal(RaftRole.Leader, node.Status.Role);
        Assert.Equal(1, node.Status.Term);
        Assert.DoesNotContain(126, _logged.Ids); // its followers report no applied index beyond its own
    }

    [Fact]
    public void Apply_ThatContinuesWhileItsHangIsDetected_IsNotShownAsHangingIndefinitely()
    {
        Meddler scheduler = new(_lab.World.Scheduler);
        _lab.Scheduler = scheduler;
        LabNode node = _lab.Node(machine: _machine).Lead();
        Task<Committed> proposal = node.Propose("slow");
        _lab.World.RunUntil(() => _machine.IsWaiting);
        _lab.World.RunUntilIdle();
        scheduler.OnLogScheduled = _machine.Release; // between the look at the state machine and the note that it hangs

        _lab.World.Run(proposal);
        _lab.World.RunUntilIdle();

        Assert.DoesNotContain("state machine", node.Status.Explanation, StringComparison.Ordinal);
        Assert.Single(_logged.Of(121));
    }

    [Fact]
    public void NodeThatStopsWithoutItsStateMachine_DoesNotSayThatReadsWait()
    {
        LabNode node = _lab.Node(machine: _machine).Lead();
        Task<Committed> proposal = node.Propose("slow");
        _lab.World.RunUntil(() => _machine.IsWaiting);
        _lab.World.RunFor(TimeSpan.FromMinutes(1));

        node.Stop();

        _lab.Fails<OutcomeUnknownException>(proposal);
        Assert.Equal(
            "stopped without its state machine, which was applying the entries 1 to 2 and is given up: create a new node with a new state machine on "
            + "the same log store",
            node.Status.Explanation);
        Assert.Equal("Node n1 has stopped without its state machine, which has been applying the entries 1 to 2 for 00:01:05 and is given up: "
            + "this node object does not run again. Create a new node with a new state machine on the same log store",
            Assert.Single(_logged.Of(128)).Message);
        Assert.Empty(_logged.Of(101));
    }

    /// <summary>Does something when a log message is to be written.</summary>
    private sealed class Meddler(IScheduler inner) : IScheduler
    {
        public Action? OnLogScheduled { get; set; }

        public void Schedule(IThreadPoolWorkItem item, bool preferLocal)
        {
            inner.Schedule(item, preferLocal);
            if (item is LogQueue && OnLogScheduled is { } meddle)
            {
                OnLogScheduled = null;
                meddle();
            }
        }

        public IBlockingScheduler CreateBlocking(string name) => inner.CreateBlocking(name);
    }
}
