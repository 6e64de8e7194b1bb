using System.Buffers.Binary;

namespace Raft.Testing;

/// <summary>
/// Everything that happens in a simulated run, reduced to a 64-bit hash: two runs with equal hashes were the same. The hash of a
/// seed is the same in every process and build. The last events are kept as text, for failure messages.
/// </summary>
/// <remarks>Not thread-safe.</remarks>
public sealed class Trace
{
    private const ulong OffsetBasis = 0xCBF29CE484222325;
    private const ulong Prime = 0x00000100000001B3;

    private readonly TraceEvent[] _recent;
    private Queue<TraceEvent>? _kept;
    private int _limit;

    /// <summary>Creates an empty trace.</summary>
    /// <param name="recentEvents">The number of recent events that are kept as text: 0 or more, default 60.</param>
    public Trace(int recentEvents = 60)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(recentEvents);
        _recent = new TraceEvent[recentEvents];
    }

    /// <summary>Gets the hash of all events so far.</summary>
    public ulong Hash { get; private set; } = OffsetBasis;

    /// <summary>Gets the number of events.</summary>
    public long Count { get; private set; }

    /// <summary>Gets the last events, the oldest first, one line each.</summary>
    public IReadOnlyList<string> RecentEvents
    {
        get
        {
            int kept = (int)Math.Min(Count, _recent.Length);
            string[] lines = new string[kept];
            for (int i = 0; i < kept; i++)
            {
                lines[i] = _recent[(Count - kept + i) % _recent.Length].ToString();
            }

            return lines;
        }
    }

    /// <summary>Gets whether all events are kept, not only the most recent.</summary>
    public bool KeepsEvents => _kept is not null;

    /// <summary>The events that were kept, the oldest first.</summary>
    internal IReadOnlyCollection<TraceEvent> Kept => _kept ?? [];

    /// <summary>
    /// Keeps all events from now on, for a <see cref="TraceReport"/>, together with role changes and faults of the nodes. This
    /// does not change the hash.
    /// </summary>
    /// <param name="limit">The maximum number of events; beyond it the oldest are dropped. 1 or more, default 1,000,000.</param>
    public void KeepEvents(int limit = 1_000_000)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        _kept ??= [];
        _limit = limit;
    }

    /// <summary>Keeps a note for readers. It follows from the other events, so it is not part of the hash.</summary>
    internal void Note(TimeSpan at, string what, NodeId node, long detail, string text) =>
        Keep(new TraceEvent(at, what, node, detail, null, text));

    /// <summary>Records an event.</summary>
    /// <param name="at">The virtual time.</param>
    /// <param name="what">The kind of event.</param>
    /// <param name="node">The node that it concerns, if any.</param>
    /// <param name="detail">A number that distinguishes the event from others of its kind.</param>
    public void Add(TimeSpan at, string what, NodeId node = default, long detail = 0)
    {
        ArgumentNullException.ThrowIfNull(what);
        Begin(new TraceEvent(at, what, node, detail, null));
    }

    /// <summary>Records an event of a message, with the content of the message.</summary>
    /// <param name="at">The virtual time.</param>
    /// <param name="what">The kind of event.</param>
    /// <param name="message">The message.</param>
    public void Add(TimeSpan at, string what, RaftMessage message)
    {
        ArgumentNullException.ThrowIfNull(what);
        ArgumentNullException.ThrowIfNull(message);
        Begin(new TraceEvent(at, what, message.From, 0, message));
        Mix(message.To.Value);
        Mix(message.Origin);
        Mix(message.Term);
        Mix(message.Correlation);
        Mix(message.SentAtTicks);
        Mix(message.IsStopping ? 1 : 0);
        switch (message)
        {
            case AppendEntriesMessage append:
                Mix(1);
                Mix(append.PrevLogIndex);
                Mix(append.PrevLogTerm);
                Mix(append.LeaderCommit);
                Mix(append.Entries.Span);
                break;
            case AppendEntriesReplyMessage reply:
                Mix(reply.Success ? 3 : 2);
                Mix(reply.PrevLogIndex);
                Mix(reply.LastIndex);
                Mix(reply.ConflictIndex);
                Mix(reply.ConflictTerm);
                Mix(reply.AppliedIndex);
                break;
            case RequestVoteMessage request:
                Mix(request.IsPreVote ? 5 : 4);
                Mix(request.LastLogIndex);
                Mix(request.LastLogTerm);
                Mix(request.IsTransfer ? 1 : 0);
                Mix(request.FirstMembers);
                break;
            case RequestVoteReplyMessage reply:
                Mix((reply.IsPreVote ? 8 : 6) + (reply.VoteGranted ? 1 : 0));
                Mix(reply.Leader?.Value ?? string.Empty);
                break;
            case InstallSnapshotMessage install:
                Mix(10);
                Mix(install.LastIncludedIndex);
                Mix(install.LastIncludedTerm);
                MixChecksum(install.Checksum);
                Mix(install.Length);
                Mix(install.Offset);
                Mix(install.LeaderCommit);
                Mix(install.Header.Span);
                Mix(install.Data.Span);
                break;
            case InstallSnapshotReplyMessage reply:
                Mix(reply.IsInstalled ? 12 : 11);
                Mix((long)reply.Reason);
                Mix(reply.LastIncludedIndex);
                Mix(reply.LastIncludedTerm);
                MixChecksum(reply.Checksum);
                Mix(reply.NextOffset);
                break;
            case TimeoutNowMessage transfer:
                Mix(13);
                Mix(transfer.LastLogIndex);
                Mix(transfer.LastLogTerm);
                break;
            case TimeoutNowReplyMessage reply:
                Mix(14);
                Mix((long)reply.Reason);
                break;
            case IdentityRefusalMessage refusal:
                Mix(15);
                Mix(refusal.FirstMembers);
                break;
            case SetupRequestMessage:
                Mix(16);
                break;
            case SetupReplyMessage reply:
                Mix(17);
                Mix(reply.Values.Count);
                Mix(reply.ListsReceiver ? 1 : 0);
                break;
            case ReadIndexRequestMessage request:
                Mix(18);
                Mix(request.Moment);
                break;
            case ReadIndexReplyMessage reply:
                Mix(19);
                Mix(reply.Moment);
                Mix(reply.ReadIndex);
                break;
            case StateDigestMessage report:
                Mix(20);
                Mix(report.AgreedIndex);
                foreach (IndexedDigest digest in report.Digests)
                {
                    Mix(digest.Index);
                    Mix((long)digest.Digest);
                }

                break;
            case StateDigestReplyMessage reply:
                Mix(21);
                Mix(reply.ReceivedIndex);
                Mix(reply.AgreedIndex);
                Mix(reply.Divergence?.DifferingIndex ?? 0);
                break;
        }
    }

    /// <summary>Adds a step of the scheduler to the hash. Steps are too many to keep as text.</summary>
    internal void AddStep(TimeSpan at, long number)
    {
        Mix(at.Ticks);
        Mix(number);
    }

    private void Begin(in TraceEvent entry)
    {
        if (_recent.Length > 0)
        {
            _recent[Count % _recent.Length] = entry;
        }

        if (_kept is not null)
        {
            Keep(entry);
        }

        Count++;
        Mix(entry.At.Ticks);
        Mix(entry.What);
        Mix(entry.Node.Value);
        Mix(entry.Detail);
    }

    private void Keep(in TraceEvent entry)
    {
        if (_kept?.Count >= _limit)
        {
            _kept.Dequeue();
        }

        _kept?.Enqueue(entry);
    }

    private void Mix(MessageOrigin origin)
    {
        Mix(origin.ClusterId);
        MixChecksum(origin.Identity?.Hash ?? 0);
        Mix(origin.Identity?.Generation ?? -1);
        Mix(origin.Store?.Opening ?? 0);
        Mix(origin.Store?.Id.ToString() ?? string.Empty);
        Mix((long)origin.OptionsDigest);
    }

    private void Mix(IReadOnlyList<NodeId> nodes)
    {
        Mix(nodes.Count);
        foreach (NodeId node in nodes)
        {
            Mix(node.Value);
        }
    }

    private void Mix(ReadOnlySpan<LogEntry> entries)
    {
        Mix(entries.Length);
        foreach (ref readonly LogEntry entry in entries)
        {
            Mix(entry.Term);
            Mix((long)entry.Kind);
            Mix(entry.Time.UtcTicks);
            Mix(entry.Data.Span);
        }
    }

    private void Mix(ReadOnlySpan<byte> bytes)
    {
        Mix(bytes.Length);
        while (bytes.Length >= sizeof(long))
        {
            Mix(BinaryPrimitives.ReadInt64LittleEndian(bytes));
            bytes = bytes[sizeof(long)..];
        }

        foreach (byte value in bytes)
        {
            Mix(value);
        }
    }

    private void MixChecksum(UInt128 value)
    {
        Mix((long)(ulong)value);
        Mix((long)(ulong)(value >> 64));
    }

    private void Mix(string text)
    {
        Mix(text.Length);
        foreach (char character in text)
        {
            Mix(character);
        }
    }

    /// <summary>
    /// FNV-1a over words instead of bytes; the shift carries the high bits down, which its multiplication alone never does.
    /// </summary>
    private void Mix(long value)
    {
        ulong mixed = (Hash ^ (ulong)value) * Prime;
        Hash = mixed ^ (mixed >> 29);
    }
}
