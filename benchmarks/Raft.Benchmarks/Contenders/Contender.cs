using System.Diagnostics;
using Raft.Benchmarks.Measuring;

namespace Raft.Benchmarks.Contenders;

/// <summary>The loop of a proposer, which is the same for all.</summary>
/// <typeparam name="TResult">What the system answers a proposal with.</typeparam>
internal abstract class Contender<TResult> : IContender
{
    public abstract string Name { get; }

    public abstract string Description { get; }

    public abstract Task StartAsync();

    public abstract Task<string?> FindDifferenceAsync();

    public abstract ValueTask DisposeAsync();

    public async Task RunProposerAsync(Proposer proposer, Load load)
    {
        while (!load.HasEnded)
        {
            byte[] command = proposer.NextCommand();
            bool isMeasured = load.IsMeasured;
            long start = Stopwatch.GetTimestamp();
            bool isCommitted = false;
            while (!isCommitted)
            {
                try
                {
                    await ProposeAsync(command);
                    isCommitted = true;
                }
                catch (Exception failure) when (IsWorthRepeating(failure))
                {
                    proposer.Failures++; // and the time it takes counts for the proposal
                    await RecoverAsync();
                }
            }

            if (isMeasured)
            {
                proposer.Latencies.Record(Stopwatch.GetTimestamp() - start);
            }

            if (load.IsMeasured)
            {
                proposer.Commits++;
            }
        }
    }

    protected abstract ValueTask<TResult> ProposeAsync(byte[] command);

    /// <summary>Whether a failure comes of a change of leaders, or of too much to do.</summary>
    protected abstract bool IsWorthRepeating(Exception failure);

    /// <summary>Finds the leader again.</summary>
    protected abstract Task RecoverAsync();
}
