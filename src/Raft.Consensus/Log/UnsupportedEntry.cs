namespace Raft.Consensus;

/// <summary>An entry that a leader sends, and that this version cannot append: the log ends before it until the node is upgraded.</summary>
/// <param name="LeaderTerm">The term of the leader that sends it.</param>
/// <param name="Index">Its index.</param>
/// <param name="Problem">What this version does not implement.</param>
internal sealed record UnsupportedEntry(long LeaderTerm, long Index, string Problem)
{
    /// <summary>Finds the first such entry of a message.</summary>
    /// <param name="request">The message.</param>
    /// <returns>The entry; null if this version can append all of them.</returns>
    public static UnsupportedEntry? In(AppendEntriesMessage request)
    {
        long index = request.PrevLogIndex;
        foreach (ref readonly LogEntry entry in request.Entries.Span)
        {
            index++;
            if (ProblemOf(in entry) is { } problem)
            {
                return new UnsupportedEntry(request.Term, index, problem);
            }
        }

        return null;
    }

    private static string? ProblemOf(in LogEntry entry)
    {
        if (!entry.Kind.IsImplemented())
        {
            return $"it has kind {entry.Kind}";
        }

        return entry.Kind == EntryKind.Configuration && ConfigurationEncoding.TryDecode(entry.Data, out _) is { } problem
            ? $"it is a configuration of the cluster, and {problem}"
            : null;
    }
}
