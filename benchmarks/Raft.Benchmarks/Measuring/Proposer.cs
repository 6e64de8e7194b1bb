using System.Buffers.Binary;

namespace Raft.Benchmarks.Measuring;

/// <summary>What one proposer sends and sees. Used by one thread at a time.</summary>
internal sealed class Proposer(int number, int payloadBytes)
{
    private long _commands;

    /// <summary>The times from before the call to after its end, in ticks, of the proposals that started during the measurement.</summary>
    public LatencyHistogram Latencies { get; } = new();

    /// <summary>Proposals whose result came while it was measured.</summary>
    public long Commits { get; set; }

    /// <summary>Attempts that failed and were repeated, also those that were not measured.</summary>
    public long Failures { get; set; }

    /// <summary>A new array, since the log keeps it: with a number in it that no other command has.</summary>
    public byte[] NextCommand()
    {
        byte[] command = new byte[payloadBytes];
        BinaryPrimitives.WriteInt64LittleEndian(command, ((long)number << 40) | ++_commands);
        return command;
    }
}
