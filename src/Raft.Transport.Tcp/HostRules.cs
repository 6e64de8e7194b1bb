namespace Raft.Transport.Tcp;

/// <summary>The name of the options of a node that uses TCP.</summary>
internal sealed record TcpNodeName(string OptionsName);

/// <summary>What the options of the transport and those of a node must have in common.</summary>
internal static class HostRules
{
    private const int Overhead = 64 * 1_024;
    private const int HalfOf = 2;

    /// <summary>Completes the options from those of a node.</summary>
    /// <exception cref="TcpTransportException">They contradict each other.</exception>
    public static void Adapt(TcpTransportOptions options, RaftNodeOptions node, string name)
    {
        TimeSpan delay = node.MinimumElectionTimeout / HalfOf;
        if (delay > TimeSpan.FromMilliseconds(10) && (options.MaximumQueueDelay is null || delay < options.MaximumQueueDelay))
        {
            options.MaximumQueueDelay = delay < TimeSpan.FromMinutes(1) ? delay : TimeSpan.FromMinutes(1);
        }

        (string Name, int Value)[] sizes =
        [
            (nameof(node.MaximumMessageBytes), node.MaximumMessageBytes),
            (nameof(node.MaximumCommandBytes), node.MaximumCommandBytes),
            (nameof(node.SnapshotChunkBytes), node.SnapshotChunkBytes),
        ];
        foreach ((string option, int value) in sizes)
        {
            if (value > options.MaximumFrameBytes - Overhead)
            {
                throw new TcpTransportException(
                    $"{option} of {(name.Length == 0 ? "the node" : $"node '{name}'")} is {value}, but "
                    + $"{nameof(options.MaximumFrameBytes)} of the TCP transport is {options.MaximumFrameBytes}: set it to "
                    + $"{(long)value + Overhead} or more on all processes, or lower {option}.");
            }
        }
    }
}
