using Raft.Consensus;

namespace Raft;

/// <summary>
/// Everything about a node that may hang, checked in each pass: what occupies the state machine and the disk, what follows from it
/// for the leadership and for callers, and the progress of the node. Used by the node's worker.
/// </summary>
internal sealed class NodeWatches(
    NodeContext context,
    StartWatch start,
    CommitPipeline commits,
    OutputDispatcher outputs,
    LeadershipGuard guard,
    StrandedCallers stranded,
    ProgressSampler sampler)
{
    private readonly StorageWatch _storage = new(context, context.Storage);
    private readonly StorageWatch _digests = new(context, context.DigestWork);
    private readonly ProgressReports _progress = new(context);

    /// <summary>What is wrong; the same object as long as it is the same.</summary>
    public NodeConditions Conditions { get; private set; } = NodeConditions.None;

    /// <summary>The last term whose leadership this node gave up because something hung; 0 if it gave up none.</summary>
    public long LastTermGivenUp => guard.LastTermGivenUp;

    /// <summary>Samples of the progress.</summary>
    public ProgressSamples Samples => sampler.Samples;

    /// <summary>When the worker must look again.</summary>
    public TimeSpan NextDeadline
    {
        get
        {
            TimeSpan deadline = Earlier(commits.Watch.NextDeadline, outputs.Watch.NextDeadline);
            deadline = Earlier(Earlier(deadline, _storage.NextDeadline), Earlier(_digests.NextDeadline, guard.NextDeadline));
            return Earlier(Earlier(deadline, stranded.NextDeadline), _progress.NextDeadline);
        }
    }

    /// <summary>Looks at what is under way, before anything follows the leadership.</summary>
    /// <param name="completedWrites">How many writes to the log have completed since the last check.</param>
    public void Check(int completedWrites)
    {
        start.Check();
        commits.Watch.Check();
        outputs.WatchDisk(completedWrites);
        _storage.Check();
        _digests.Check();
        guard.Check();
    }

    /// <summary>Looks at what follows, after it is known whether the node still leads.</summary>
    public void Conclude()
    {
        stranded.Check();
        sampler.Take();
        _progress.Check();
        UnheardLeader? unheard = _progress.UnheardLeader;
        NodeConditions now = Conditions;
        if (now.StateMachine != commits.Watch.Condition.Hang || now.LogWrites != outputs.Watch.Condition.Hang
            || now.Storage != _storage.Condition.Hang || now.Digest != _digests.Condition.Hang
            || now.Start != start.Hang || now.IsCandidacyWithheld != guard.IsWithheld
            || now.IsStalled != _progress.IsStalled || now.UnheardLeader != unheard)
        {
            Conditions = new NodeConditions
            {
                StateMachine = commits.Watch.Condition.Hang,
                LogWrites = outputs.Watch.Condition.Hang,
                Storage = _storage.Condition.Hang,
                Digest = _digests.Condition.Hang,
                Start = start.Hang,
                IsCandidacyWithheld = guard.IsWithheld,
                IsStalled = _progress.IsStalled,
                UnheardLeader = unheard,
            };
        }
    }

    private static TimeSpan Earlier(TimeSpan left, TimeSpan right) => left < right ? left : right;
}
