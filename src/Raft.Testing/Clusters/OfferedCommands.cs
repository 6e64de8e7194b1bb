namespace Raft.Testing;

/// <summary>
/// What clients have proposed and was not refused, whatever the state machine: it may stand in the log once for each time, and
/// what was refused may not stand there at all. Commands need not be unique, so they are counted.
/// </summary>
internal sealed class OfferedCommands
{
    private readonly Dictionary<ReadOnlyMemory<byte>, int> _offered = new(ByteComparer.Instance); // never enumerated

    public void Offer(ReadOnlyMemory<byte> command) => _offered[command] = _offered.GetValueOrDefault(command) + 1;

    /// <summary>A proposal of it was refused.</summary>
    public void Withdraw(ReadOnlyMemory<byte> command) => _offered[command]--;

    /// <summary>Looks for a command that is in a log more often than it may be. Nothing can be judged by it afterwards.</summary>
    /// <param name="log">The entries from index 1 on.</param>
    /// <returns>What is wrong; null if nothing is.</returns>
    public string? FindExtraCommand(ReadOnlySpan<LogEntry> log)
    {
        int index = 0;
        foreach (ref readonly LogEntry entry in log)
        {
            index++;
            if (entry.Kind != EntryKind.Command)
            {
                continue;
            }

            int left = _offered.GetValueOrDefault(entry.Data);
            if (left == 0)
            {
                return $"A command was applied twice, or though it was refused: the one at index {index}, "
                    + $"{AppliedCommands.Describe(entry.Data.Span)}.";
            }

            _offered[entry.Data] = left - 1;
        }

        return null;
    }

    private sealed class ByteComparer : IEqualityComparer<ReadOnlyMemory<byte>>
    {
        public static ByteComparer Instance { get; } = new();

        public bool Equals(ReadOnlyMemory<byte> one, ReadOnlyMemory<byte> other) => one.Span.SequenceEqual(other.Span);

        public int GetHashCode(ReadOnlyMemory<byte> bytes)
        {
            int hash = 17;
            foreach (byte each in bytes.Span)
            {
                hash = unchecked((hash * 31) + each);
            }

            return hash;
        }
    }
}
