namespace Raft.Testing;

/// <summary>
/// The commands that clients have proposed and that were not refused, for any state machine. The log may contain a command once for each
/// such proposal, and must not contain a refused command. Commands need not be unique, so they are counted.
/// </summary>
internal sealed class OfferedCommands
{
    private readonly Dictionary<ReadOnlyMemory<byte>, int> _offered = new(ByteComparer.Instance); // never enumerated

    public void Offer(ReadOnlyMemory<byte> command) => _offered[command] = _offered.GetValueOrDefault(command) + 1;

    /// <summary>Removes one proposal of the command, because it was refused.</summary>
    public void Withdraw(ReadOnlyMemory<byte> command) => _offered[command]--;

    /// <summary>Finds a command that a log contains more often than it was proposed. Consumes the counts, so call it once.</summary>
    /// <param name="log">The entries from index 1 on.</param>
    /// <returns>A description of the first extra command; null if there is none.</returns>
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
