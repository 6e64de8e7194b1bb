using BenchmarkDotNet.Attributes;

namespace Raft.Benchmarks.Micro;

/// <summary>From a caller into the hands of the worker.</summary>
public class MailboxBenchmarks
{
    private const int BatchSize = 64;

    private readonly Mailbox _mailbox = new(maximumMessages: 4_096, maximumProposals: 65_536);
    private readonly byte[] _payload = new byte[128];

    /// <summary>Per proposal, without contention for the lock.</summary>
    [Benchmark(OperationsPerInvoke = BatchSize)]
    public int PostAndDrain()
    {
        for (int i = 0; i < BatchSize; i++)
        {
            _mailbox.Post(new Proposal(default, _payload), out _);
        }

        int count = _mailbox.Drain().Proposals.Count;
        _mailbox.SetPendingProposals(0);
        return count;
    }
}
