using System.Globalization;
using System.Text.Encodings.Web;

namespace Raft.Testing;

/// <summary>
/// The events of a page as data for its script: an array per event, with what happened, to whom, and which message it was.
/// </summary>
internal sealed class TraceRows
{
    public const string Violation = "violation";

    private readonly IReadOnlyList<TraceEvent> _events;
    // Equal messages are still different ones.
    private readonly Dictionary<RaftMessage, int> _messages = new(ReferenceEqualityComparer.Instance);
    private readonly NodeId[] _nodes;

    public TraceRows(IReadOnlyList<TraceEvent> events)
    {
        _events = events;

        // By length first, so that n10 comes after n9.
        _nodes = [.. NodesOf(events).Distinct().OrderBy(static node => node.Value.Length).ThenBy(static node => node)];
    }

    public int Count => _events.Count;

    /// <summary>
    /// Writes <c>{"nodes":[...],"events":[[microseconds, what, kind, node, to, message, detail, label, text], ...]}</c>; -1 means
    /// none.
    /// </summary>
    public void WriteTo(TextWriter writer)
    {
        writer.Write("{\"nodes\":[");
        for (int i = 0; i < _nodes.Length; i++)
        {
            writer.Write(i == 0 ? string.Empty : ",");
            WriteText(writer, _nodes[i].Value);
        }

        writer.Write("],\"events\":[");
        bool first = true;
        foreach (TraceEvent each in _events)
        {
            writer.Write(first ? "\n" : ",\n");
            first = false;
            WriteEvent(writer, each);
        }

        writer.Write("]}");
    }

    private static IEnumerable<NodeId> NodesOf(IReadOnlyList<TraceEvent> events)
    {
        foreach (TraceEvent each in events)
        {
            if (each.Node != default)
            {
                yield return each.Node;
            }

            if (each.Message is { } message)
            {
                yield return message.To;
            }
        }
    }

    private static string KindOf(in TraceEvent each) => each.Message switch
    {
        AppendEntriesMessage { Entries.IsEmpty: true } => "heartbeat",
        AppendEntriesMessage or InstallSnapshotMessage => "entries",
        AppendEntriesReplyMessage or InstallSnapshotReplyMessage or IdentityRefusalMessage or SetupReplyMessage => "reply",
        not null => "vote",
        null => each.What switch
        {
            "status" or "commit" or "propose" or "timer" or Violation => each.What,
            "durable" or "crash of the store" => "disk",
            "fault begins" or "fault ends" => "fault",
            _ => "life",
        },
    };

    /// <summary>The label of a message's arrow.</summary>
    private static string LabelOf(RaftMessage message) => message switch
    {
        AppendEntriesMessage { Entries.IsEmpty: true } => "heartbeat",
        AppendEntriesMessage { Entries.Length: 1 } append =>
            string.Create(CultureInfo.InvariantCulture, $"append {append.PrevLogIndex + 1}"),
        AppendEntriesMessage append => string.Create(
            CultureInfo.InvariantCulture, $"append {append.PrevLogIndex + 1}–{append.PrevLogIndex + append.Entries.Length}"),
        AppendEntriesReplyMessage { Success: true } reply => string.Create(CultureInfo.InvariantCulture, $"holds {reply.LastIndex}"),
        AppendEntriesReplyMessage reply => string.Create(CultureInfo.InvariantCulture, $"refused, try {reply.ConflictIndex}"),
        RequestVoteMessage { IsPreVote: true } => "pre-vote?",
        RequestVoteMessage => "vote?",
        RequestVoteReplyMessage reply => $"{(reply.IsPreVote ? "pre-vote" : "vote")} {(reply.VoteGranted ? "yes" : "no")}",
        InstallSnapshotMessage install => string.Create(CultureInfo.InvariantCulture, $"snapshot {install.LastIncludedIndex}, "
            + $"{install.Offset}–{install.Offset + install.Data.Length}"),
        InstallSnapshotReplyMessage { IsInstalled: true } reply =>
            string.Create(CultureInfo.InvariantCulture, $"installed {reply.LastIncludedIndex}"),
        InstallSnapshotReplyMessage reply => string.Create(CultureInfo.InvariantCulture, $"from {reply.NextOffset}"),
        TimeoutNowMessage => "campaign now",
        TimeoutNowReplyMessage reply => $"no: {reply.Reason}",
        IdentityRefusalMessage => "other cluster",
        SetupRequestMessage => "options?",
        SetupReplyMessage => "options",
        ReadIndexRequestMessage => "read?",
        ReadIndexReplyMessage reply => string.Create(CultureInfo.InvariantCulture, $"read {reply.ReadIndex}"),
        StateDigestMessage => "digests",
        StateDigestReplyMessage reply => reply.Divergence is null ? "same state" : "states differ",
        _ => message.GetType().Name,
    };

    private void WriteEvent(TextWriter writer, in TraceEvent each)
    {
        int number = -1;
        if (each.Message is { } sent && !_messages.TryGetValue(sent, out number))
        {
            number = _messages.Count;
            _messages.Add(sent, number);
        }

        writer.Write('[');
        writer.Write(string.Create(CultureInfo.InvariantCulture, $"{each.At.TotalMicroseconds:F1}"));
        writer.Write(',');
        WriteText(writer, each.What);
        writer.Write(',');
        WriteText(writer, KindOf(in each));
        writer.Write(string.Create(
            CultureInfo.InvariantCulture,
            $",{NumberOf(each.Node)},{NumberOf(each.Message?.To ?? default)},{number},{each.Message?.Term ?? each.Detail},"));
        WriteText(writer, each.Message is { } message ? LabelOf(message) : string.Empty);
        writer.Write(',');
        WriteText(writer, each.Describe());
        writer.Write(']');
    }

    private int NumberOf(NodeId node) => node == default ? -1 : Array.IndexOf(_nodes, node);

    /// <summary>The default encoder leaves no character as it is that could end a script or a tag.</summary>
    private static void WriteText(TextWriter writer, string text)
    {
        writer.Write('"');
        JavaScriptEncoder.Default.Encode(writer, text);
        writer.Write('"');
    }
}
