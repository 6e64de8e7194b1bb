using System.Globalization;

namespace Raft.Testing;

/// <summary>One event of a <see cref="Trace"/>, converted to text only when it is read.</summary>
internal readonly record struct TraceEvent(TimeSpan At, string What, NodeId Node, long Detail, RaftMessage? Message, string? Text = null)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{At.TotalMilliseconds,12:F4} ms  {Describe()}");

    /// <summary>The event in a line, without its time.</summary>
    public string Describe()
    {
        string head = What;
        return Text is not null ? Node == default ? $"{head} {Text}" : $"{head} {Node} {Text}"
            : Message is not null ? $"{head} {Describe(Message)}"
            : Node == default ? string.Create(CultureInfo.InvariantCulture, $"{head} {Detail}")
            : string.Create(CultureInfo.InvariantCulture, $"{head} {Node} {Detail}");
    }

    private static string Describe(RaftMessage message)
    {
        string route = string.Create(CultureInfo.InvariantCulture, $"{message.From} -> {message.To} term {message.Term}");
        return message switch
        {
            AppendEntriesMessage append => string.Create(
                CultureInfo.InvariantCulture,
                $"{route} AppendEntries: {append.Entries.Length} after {append.PrevLogIndex} of term {append.PrevLogTerm}, commit "
                    + $"{append.LeaderCommit}"),
            AppendEntriesReplyMessage { Success: true } reply => string.Create(CultureInfo.InvariantCulture, $"{route} AppendEntries "
                + $"holds up to {reply.LastIndex}"),
            AppendEntriesReplyMessage reply => string.Create(
                CultureInfo.InvariantCulture,
                $"{route} AppendEntries refused after {reply.PrevLogIndex}: log ends at {reply.LastIndex}, try {reply.ConflictIndex} of "
                    + $"term {reply.ConflictTerm}"),
            RequestVoteMessage request => string.Create(
                CultureInfo.InvariantCulture,
                $"{route} {VoteName(request.IsPreVote)}: log ends at {request.LastLogIndex} of term {request.LastLogTerm}"),
            RequestVoteReplyMessage reply => $"{route} {VoteName(reply.IsPreVote)} {(reply.VoteGranted ? "granted" : "refused")}",
            InstallSnapshotMessage install => string.Create(
                CultureInfo.InvariantCulture,
                $"{route} InstallSnapshot up to {install.LastIncludedIndex} of term {install.LastIncludedTerm}: {install.Data.Length} "
                    + $"bytes from {install.Offset} of {install.Length}"),
            InstallSnapshotReplyMessage { IsInstalled: true } reply =>
                string.Create(CultureInfo.InvariantCulture, $"{route} InstallSnapshot up to {reply.LastIncludedIndex}: installed"),
            InstallSnapshotReplyMessage reply => string.Create(CultureInfo.InvariantCulture, $"{route} InstallSnapshot up to "
                + $"{reply.LastIncludedIndex}: continue from {reply.NextOffset}"),
            TimeoutNowMessage transfer => string.Create(
                CultureInfo.InvariantCulture, $"{route} TimeoutNow: log ends at {transfer.LastLogIndex} of term {transfer.LastLogTerm}"),
            TimeoutNowReplyMessage reply => $"{route} TimeoutNow refused: {reply.Reason}",
            ReadIndexRequestMessage request =>
                string.Create(CultureInfo.InvariantCulture, $"{route} ReadIndex: request {request.Correlation}"),
            ReadIndexReplyMessage reply => string.Create(
                CultureInfo.InvariantCulture, $"{route} ReadIndex: {reply.ReadIndex} for request {reply.Correlation}"),
            StateDigestMessage report =>
                $"{route} digests of its state: {string.Join(", ", report.Digests.Select(static each => Describe(in each)))}",
            StateDigestReplyMessage { Divergence: { } divergence } => $"{route} states differ: {divergence}",
            StateDigestReplyMessage reply => string.Create(
                CultureInfo.InvariantCulture, $"{route} digests up to {reply.ReceivedIndex} received, states agree at {reply.AgreedIndex}"),
            IdentityRefusalMessage => $"{route} refused: it belongs to another cluster, or was set up with other members",
            SetupRequestMessage => $"{route} asks for its options",
            SetupReplyMessage => $"{route} reports its options",
            _ => $"{route} {message.GetType().Name}",
        };
    }

    private static string Describe(in IndexedDigest digest) =>
        string.Create(CultureInfo.InvariantCulture, $"{digest.Digest:x16} at {digest.Index}");

    private static string VoteName(bool isPreVote) => isPreVote ? "pre-vote" : "RequestVote";
}
