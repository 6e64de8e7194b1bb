using System.Globalization;

namespace Raft;

/// <summary>How far a node may lag and be ready.</summary>
/// <param name="MaximumApplyLag">How many entries that are known to be committed may wait to be applied, for more than a moment.</param>
/// <param name="MaximumLag">How long the node may lag; null for <see cref="RaftNodeOptions.HangTimeout"/>.</param>
internal sealed record ReadinessLimits(long MaximumApplyLag, TimeSpan? MaximumLag);

/// <summary>Whether a node is ready to serve.</summary>
/// <param name="IsReady">Whether it is.</param>
/// <param name="Missing">What is missing beyond what the status's explanation says, to append to it; may be empty.</param>
internal readonly record struct Readiness(bool IsReady, string Missing)
{
    /// <summary>
    /// In a burst, thousands of entries wait for a moment, which is not a lack of progress. A batch is that much only if the same entry
    /// waits.
    /// </summary>
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);

    /// <summary>Judges the progress of a node, and not only what it holds.</summary>
    public static Readiness Of(RaftStatus status, ReadinessLimits limits, TimeSpan hangTimeout)
    {
        List<string> missing = [];
        long behind = status.KnownCommitIndex - status.AppliedIndex;
        TimeSpan maximumLag = limits.MaximumLag ?? hangTimeout;
        bool hasLeader = status.Lifecycle == NodeLifecycle.Running && status.Leader is not null;
        if (hasLeader && !status.HasCaughtUp)
        {
            missing.Add(Text($"it has not caught up since its start: it has applied {status.AppliedIndex} of {status.KnownCommitIndex}"));
        }

        if (hasLeader && status.Lag >= maximumLag)
        {
            missing.Add(Text($"it makes no progress: it has lagged for {status.Lag}, and may for {maximumLag}"));
        }

        if (hasLeader && behind > limits.MaximumApplyLag && status.Lag >= Moment)
        {
            missing.Add(Text($"{behind} committed entries wait for the state machine, more than {limits.MaximumApplyLag}"));
        }

        bool isWrong = hasLeader && status.Divergence is { } divergence && divergence.IsInMinority(status.NodeId);
        if (isWrong)
        {
            missing.Add("its state is wrong: it differs from that of a majority");
        }

        bool hangs = status.Hangs.Any(static hang => !IsBackground(hang.Resource));
        return new Readiness(hasLeader && !hangs && missing.Count == 0, string.Concat(missing.Select(static text => $"; {text}")));
    }

    /// <summary>No caller waits for a snapshot or for a digest.</summary>
    private static bool IsBackground(HangingResource resource) => resource is HangingResource.SnapshotStore or HangingResource.Digest;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
