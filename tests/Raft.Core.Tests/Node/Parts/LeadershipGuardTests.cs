using Raft.Consensus;

namespace Raft.Tests.Node;

/// <summary>A leader whose disk or state machine hangs gives up on evidence only, and starts no election for a while.</summary>
public sealed class LeadershipGuardTests : IDisposable
{
    private readonly Gated _machine = new();
    private readonly PartsLab _lab;
    private readonly LedModule _module;
    private readonly DiskWatch _disk;
    private readonly CommitPipeline _commits;
    private readonly LeadershipEvidence _evidence;
    private readonly LeadershipGuard _guard;

    public LeadershipGuardTests()
    {
        _lab = new PartsLab(_machine, new InMemoryLogStore());
        _module = new LedModule(_lab).Lead();
        _disk = new DiskWatch(_lab.Context);
        PendingProposals pending = new();
        LogStoreReader reader = new(_lab.Context, CancellationToken.None);
        _commits = new CommitPipeline(_lab.Context, pending, new SnapshotPolicy(_lab.Settings), reader, _lab.Board, appliedBefore: 0);
        LeadershipTracker tracker = new(
            _lab.Context, new LeadershipToken(_lab.Scheduler), pending, new CommitDurations(_lab.Context), _lab.Board);
        _evidence = new LeadershipEvidence(_lab.Context, _disk, _commits.Watch, _lab.Board);
        _guard = new LeadershipGuard(
            _lab.Context, _evidence, new LeadershipTransfers(_lab.Context, _commits, tracker, new LeaderWork()));
    }

    private ConsensusModule Module => _lab.Context.Module;

    private TimeSpan HangTimeout => _lab.Settings.HangTimeout;

    private TimeSpan MinimumTimeout => _lab.Settings.Consensus.MinimumElectionTimeout;

    public void Dispose() => _lab.Dispose();

    [Fact]
    public void Evidence_NothingHangs_IsNone()
    {
        _module.Persists = false;
        _module.Propose();

        Assert.Null(_evidence.Find());
        Assert.False(_evidence.Hangs(HangingResource.LogStore));
    }

    [Fact]
    public void Evidence_DiskHangsAndTheOthersHaveCommitted_NamesTheFirstVoterWithTheFigures()
    {
        HangDisk();

        HangEvidence? found = _evidence.Find();

        Assert.NotNull(found);
        Assert.Equal(("n2", HangingResource.LogStore), (found.Voter.Value, found.Hang.Resource));
        Assert.Equal("entry 2 is committed, this node holds 1 durably, and n2 2", found.Figures);
    }

    [Fact]
    public void Evidence_DiskHangsAndTheOthersHaveNothingMore_IsNone()
    {
        _module.AreOthersAnswering = false; // they hang as well
        HangDisk(passesTime: false);

        Assert.Equal(RaftRole.Leader, Module.Role);
        Assert.True(_evidence.Hangs(HangingResource.LogStore));
        Assert.Null(_evidence.Find());
    }

    [Theory]
    [InlineData(0, null)]
    [InlineData(1, null)] // what was committed when the hang was noticed is the goal
    [InlineData(2, "n2")]
    public void Evidence_StateMachineHangs_IsAVoterThatHasAppliedWhatWasCommitted(long appliedByOthers, string? voter)
    {
        HangMachine();
        _module.AppliedByOthers = appliedByOthers;
        _evidence.Find(); // notices the hang
        _module.Advance(MinimumTimeout);

        Assert.True(_evidence.Hangs(HangingResource.StateMachine));
        Assert.Equal(voter, _evidence.Find()?.Voter.Value);
    }

    [Fact]
    public void Check_EvidenceThatDoesNotLast_KeepsTheLeadership()
    {
        HangDisk();
        _guard.Check();
        Assert.Equal(_lab.Context.Now + MinimumTimeout, _guard.NextDeadline);

        _module.Advance(MinimumTimeout - TimeSpan.FromTicks(1));
        _guard.Check();
        HealDisk();
        _module.Advance(MinimumTimeout);
        _guard.Check();

        Assert.Equal((RaftRole.Leader, null), (Module.Role, Module.Transfer));
        Assert.Equal((false, 0), (_guard.IsWithheld, _guard.LastTermGivenUp));
        Assert.DoesNotContain(126, _lab.Logged);
    }

    [Fact]
    public void Check_EvidenceThatLasts_HandsOverAndWithholdsElections()
    {
        HangDisk();
        GiveUp();

        Assert.Equal("n2", Module.Transfer?.Target.Value);
        Assert.Equal((true, Module.Term), (_guard.IsWithheld, _guard.LastTermGivenUp));
        Assert.Equal("n2", RecordingLoggerFactory.Value(Assert.Single(Reports()), "Target"));
        Assert.Equal(_lab.Context.Now + (10 * _lab.Settings.MaximumElectionTimeout), _guard.NextDeadline);
    }

    /// <summary>A transfer keeps its target, and the log must not name another.</summary>
    [Fact]
    public void Check_DuringATransfer_NamesItsTarget()
    {
        HangDisk();
        Assert.Equal(TransferStart.Begun, Module.BeginTransfer("n3", TimeSpan.FromHours(1), _lab.Context.Now));
        GiveUp();

        Assert.Equal("n3", Module.Transfer?.Target.Value);
        Assert.Equal("n3", RecordingLoggerFactory.Value(Assert.Single(Reports()), "Target"));
    }

    [Fact]
    public void Check_WhatHungRecovers_AllowsElectionsAgain()
    {
        HangDisk();
        GiveUp();

        HealDisk();
        _guard.Check();

        Assert.False(_guard.IsWithheld);
        Assert.Contains("makes progress again", Assert.Single(Of(134)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_WhatHungLasts_AllowsElectionsAfterTenMaximumElectionTimeouts()
    {
        HangDisk();
        GiveUp();
        TimeSpan until = _guard.NextDeadline;

        _lab.Advance(until - _lab.Context.Now - TimeSpan.FromTicks(1));
        _guard.Check();
        Assert.True(_guard.IsWithheld);
        _lab.Advance(TimeSpan.FromTicks(1));
        _guard.Check();

        Assert.False(_guard.IsWithheld);
        Assert.Contains("still hangs", Assert.Single(Of(134)).Message, StringComparison.Ordinal);
    }

    private Microsoft.Extensions.Logging.Testing.FakeLogRecord[] Reports() => Of(126);

    private Microsoft.Extensions.Logging.Testing.FakeLogRecord[] Of(int id)
    {
        _lab.Scheduler.RunUntilIdle();
        return _lab.Loggers.Of(id);
    }

    private void GiveUp()
    {
        _guard.Check();
        _module.Advance(MinimumTimeout);
        _guard.Check();
    }

    private void HangDisk(bool passesTime = true)
    {
        _module.Persists = false;
        _disk.OnFirstWrite();
        _module.Propose();
        if (passesTime)
        {
            _module.Advance(HangTimeout);
        }
        else
        {
            _lab.Advance(HangTimeout);
        }

        _disk.Check(completedWrites: 0, writesInFlight: 1);
        Assert.True(_disk.Hangs);
    }

    private void HealDisk() => _disk.Check(completedWrites: 1, writesInFlight: 0);

    private void HangMachine()
    {
        _commits.StartAfter(0, DateTimeOffset.UnixEpoch);
        _module.Propose();
        _commits.HandOver();
        _lab.Scheduler.RunUntilIdle();
        Assert.True(_machine.IsWaiting);
        _module.Advance(HangTimeout);
        _commits.Watch.Check();
        Assert.True(_commits.Watch.Hangs);
    }
}
