using Raft.Consensus;

namespace Raft;

/// <summary>
/// What the parts of a node share: its settings, the consensus module, the time of the current pass, the callers that this pass
/// answers, and the way back to the worker.
/// </summary>
/// <remarks>
/// <see cref="Module"/>, <see cref="Now"/> and <see cref="Answers"/> belong to the worker. All other members are safe to use from any
/// thread.
/// </remarks>
internal sealed class NodeContext(
    NodeSettings settings, NodeSources sources, NodeMetrics? metrics, NodeLogger? logger, LifeState life, Action wake)
{
    private ConsensusModule? _module;

    public NodeSettings Settings => settings;

    public NodeId NodeId => settings.NodeId;

    public NodeSources Sources => sources;

    public NodeMetrics? Metrics => metrics;

    public NodeLogger? Logger => logger;

    /// <summary>How far the node's life has come.</summary>
    public LifeState Life => life;

    public Mailbox Mailbox { get; } = new(settings.MaximumWaitingMessages, settings.MaximumPendingProposals);

    /// <summary>What occupies the disk, except the writes to the log.</summary>
    public StorageWork Storage { get; } = new(settings.Clock, wake);

    /// <summary>The digest that is computed of a capture, which may hang as well.</summary>
    public StorageWork DigestWork { get; } = new(settings.Clock, wake);

    /// <summary>The algorithm. Set when the stores are read, before the first pass.</summary>
    public ConsensusModule Module
    {
        get => _module!;
        set => _module = value;
    }

    /// <summary>The time of the current pass.</summary>
    public TimeSpan Now { get; set; }

    /// <summary>The callers that the current pass has answered.</summary>
    public AnsweredCallers Answers { get; } = new(sources.Resumes);

    /// <summary>Makes the worker run soon. Cheap when it is about to run anyway.</summary>
    public void Wake() => wake();

    /// <summary>Posts a caller's request to the worker, unless the limit of waiting ones is reached.</summary>
    public PostOutcome Post(NodeRequest request)
    {
        PostOutcome outcome = Mailbox.Post(request);
        if (outcome == PostOutcome.Posted)
        {
            Wake();
        }

        return outcome;
    }

    /// <summary>Posts one of the node's own requests to the worker.</summary>
    /// <returns>False if the life has ended; nothing happens to the request then.</returns>
    public bool TryPost(NodeRequest request)
    {
        if (!Mailbox.TryPost(request))
        {
            return false;
        }

        Wake();
        return true;
    }

    /// <summary>Has the worker run a report from work that the node started. Dropped if the life has ended.</summary>
    public void Report(Action report) => TryPost(new NodeReport(report));

    /// <summary>Stops the node with a failure.</summary>
    public void Fail(Exception failure)
    {
        Mailbox.ReportFailure(failure);
        Wake();
    }
}
