using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Raft;

/// <summary>
/// Which activity a command was proposed in, for as long as the command's memory lives. Nodes of one process share that
/// memory, so each of them finds the context; over a wire it is lost, since the log has no place for it. Used only while
/// a listener is registered.
/// </summary>
internal static class ProposalContexts
{
    private static readonly ConditionalWeakTable<object, Entry> Entries = [];

    private sealed record Entry(int Offset, ProposalContext Context);

    /// <summary>Remembers in which activity a command was proposed.</summary>
    public static void Remember(ReadOnlyMemory<byte> command, in ProposalContext context)
    {
        if (TryGetKey(command, out object? array, out int offset))
        {
            Entries.AddOrUpdate(array, new Entry(offset, context)); // of several commands in one array, the last is traced
        }
    }

    /// <summary>The command is proposed outside of any activity.</summary>
    public static void Forget(ReadOnlyMemory<byte> command)
    {
        if (TryGetKey(command, out object? array, out int offset) && Entries.TryGetValue(array, out Entry? entry) && entry.Offset == offset)
        {
            Entries.Remove(array);
        }
    }

    /// <summary>Finds the activity in which a command was proposed.</summary>
    public static bool TryFind(ReadOnlyMemory<byte> command, out ProposalContext context)
    {
        if (TryGetKey(command, out object? array, out int offset) && Entries.TryGetValue(array, out Entry? entry) && entry.Offset == offset)
        {
            context = entry.Context;
            return true;
        }

        context = default;
        return false;
    }

    /// <summary>Identifies a command by its memory. An empty command has none of its own.</summary>
    private static bool TryGetKey(ReadOnlyMemory<byte> command, [NotNullWhen(true)] out object? array, out int offset)
    {
        bool found = MemoryMarshal.TryGetArray(command, out ArraySegment<byte> segment) && segment.Count > 0;
        array = found ? segment.Array : null;
        offset = found ? segment.Offset : 0;
        return found;
    }
}

/// <summary>Where and when a command was proposed.</summary>
internal readonly record struct ProposalContext(ActivityContext Parent, NodeId ProposedAt, DateTimeOffset Time);
