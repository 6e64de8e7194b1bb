using System.Globalization;
using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Scenarios;

/// <summary>Describes what happens in a cluster: the messages that arrive, and how they change the nodes.</summary>
internal sealed class ScenarioTrace(ModuleCluster cluster, Predicate<NodeId> isDown)
{
    private readonly List<string> _lines = [];
    private readonly Dictionary<NodeId, NodeView> _seen = cluster.Nodes.ToDictionary(static node => node.Id, ViewOf);

    private readonly record struct NodeView(string Role, string Log, long Commit);

    /// <summary>Whether messages are left out, and only their overall effect on the nodes is described.</summary>
    public bool IsQuiet { get; set; }

    public void Note(string line) => _lines.Add(line);

    public void Note(RaftMessage message)
    {
        if (!IsQuiet)
        {
            _lines.Add(Text($"{message.From} -> {message.To}, term {message.Term}: {TextOf(message)}"));
        }
    }

    /// <summary>Describes what has changed about the nodes since the last time. When quiet, only at the end of the command.</summary>
    public void NoteChanges()
    {
        if (IsQuiet && cluster.InFlight.Count > 0)
        {
            return;
        }

        foreach (TestNode node in cluster.Nodes)
        {
            NodeView before = _seen[node.Id];
            NodeView now = _seen[node.Id] = ViewOf(node);
            string[] changes =
            [
                .. Changed(before.Role, now.Role, now.Role),
                .. Changed(before.Log, now.Log, $"log {now.Log}"),
                .. Changed(before.Commit, now.Commit, Text($"commit {now.Commit}")),
            ];
            if (changes.Length > 0)
            {
                _lines.Add($"  {node.Id} is now: {string.Join("; ", changes)}");
            }
        }
    }

    /// <summary>Describes all nodes.</summary>
    public void Show()
    {
        foreach (TestNode node in cluster.Nodes)
        {
            NodeView view = ViewOf(node);
            _lines.Add(isDown(node.Id)
                ? Text($"{node.Id}: down; log {view.Log}")
                : Text($"{node.Id}: {view.Role}; log {view.Log}; commit {view.Commit}"));
        }
    }

    /// <summary>Takes all lines since the last time.</summary>
    public string[] Take()
    {
        string[] lines = [.. _lines];
        _lines.Clear();
        return lines;
    }

    private static IEnumerable<string> Changed<T>(T before, T now, string text) => Equals(before, now) ? [] : [text];

    private static NodeView ViewOf(TestNode node)
    {
        ConsensusModule module = node.Module;
        string role = module.Role switch
        {
            RaftRole.Leader => "leader",
            RaftRole.Candidate => "candidate",
            RaftRole.PreCandidate => "pre-candidate",
            _ => module.Leader is { } leader ? $"follower of {leader}" : "follower",
        };
        string join = module.Join is null ? string.Empty : ", joining";
        string start = module.FirstIndex > 1 ? Text($"[snapshot up to {module.FirstIndex - 1}] ") : string.Empty;
        string terms = string.Join(' ', node.Log.Select(static term => term.ToString(CultureInfo.InvariantCulture)));
        return new NodeView(
            Text($"{role} in term {module.Term}{join}"), $"{start}{(terms.Length == 0 ? "empty" : terms)}", module.CommitIndex);
    }

    private static string TextOf(RaftMessage message) => message switch
    {
        RequestVoteMessage { IsPreVote: true } request =>
            $"would you vote for me, whose log ends with {EntryText(request.LastLogIndex, request.LastLogTerm)}?",
        RequestVoteMessage { IsTransfer: true } request =>
            $"vote for me, our leader hands over, my log ends with {EntryText(request.LastLogIndex, request.LastLogTerm)}",
        RequestVoteMessage request => $"vote for me, my log ends with {EntryText(request.LastLogIndex, request.LastLogTerm)}",
        RequestVoteReplyMessage reply => $"{(reply.IsPreVote ? "pre-vote" : "vote")} {(reply.VoteGranted ? "granted" : "refused")}",
        AppendEntriesMessage { Entries.IsEmpty: true } append => $"heartbeat, {PositionText(append)}",
        AppendEntriesMessage append => $"append {EntriesText(append)}, {PositionText(append)}",
        AppendEntriesReplyMessage { Success: true } reply => Text($"accepted up to {reply.LastIndex}"),
        AppendEntriesReplyMessage { ConflictIndex: 0 } => "rejected",
        AppendEntriesReplyMessage reply => $"rejected, we may agree on {EntryText(reply.ConflictIndex, reply.ConflictTerm)}",
        InstallSnapshotMessage chunk => Text(
            $"snapshot up to {EntryText(chunk.LastIncludedIndex, chunk.LastIncludedTerm)}, {chunk.Data.Length} of {chunk.Length} bytes"),
        InstallSnapshotReplyMessage { IsInstalled: true } reply => Text($"snapshot up to entry {reply.LastIncludedIndex} installed"),
        InstallSnapshotReplyMessage reply => Text($"snapshot wanted from byte {reply.NextOffset} on"),
        TimeoutNowMessage request => $"campaign now, my log ends with {EntryText(request.LastLogIndex, request.LastLogTerm)}",
        TimeoutNowReplyMessage reply => $"I do not campaign: {reply.Reason}",
        ReadIndexRequestMessage => "up to where may I read?",
        ReadIndexReplyMessage reply => Text($"read up to entry {reply.ReadIndex}"),
        StateDigestMessage => "digests of my state",
        StateDigestReplyMessage => "your state was compared",
        IdentityRefusalMessage => "refused, you belong to another cluster",
        SetupRequestMessage => "what are your options?",
        SetupReplyMessage => "my options",
        _ => message.GetType().Name,
    };

    private static string EntryText(long index, long term) => index == 0 ? "no entry" : Text($"entry {index} of term {term}");

    private static string PositionText(AppendEntriesMessage append) =>
        Text($"after {EntryText(append.PrevLogIndex, append.PrevLogTerm)}, committed up to {append.LeaderCommit}");

    private static string EntriesText(AppendEntriesMessage append)
    {
        long[] terms = [.. append.Entries.ToArray().Select(static entry => entry.Term)];
        return terms.Length == 1
            ? EntryText(append.LastIndex, terms[0])
            : Text($"entries {append.PrevLogIndex + 1} to {append.LastIndex} of terms {string.Join(' ', terms)}");
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
