using Raft.Benchmarks.Contenders;

namespace Raft.Benchmarks.BareFlow;

/// <summary>The same data flow without Raft: the limit of this machine, with threads, locks and results of the same kind.</summary>
internal sealed class BareContender : Contender<long>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly BareLeader _leader = new();

    public override string Name => "bare";

    public override string Description =>
        "The same data flow without Raft: mailboxes, batches to two followers, acknowledgements, the last 100,000 payloads on three nodes";

    public override Task StartAsync() => Task.CompletedTask;

    public override async Task<string?> FindDifferenceAsync()
    {
        using CancellationTokenSource giveUp = new(Patience);
        while (_leader.CommitIndex < _leader.Log.LastIndex
            || _leader.Followers.Any(follower => follower.Log.LastIndex < _leader.Log.LastIndex))
        {
            await Task.Delay(1, giveUp.Token);
        }

        long last = _leader.Log.LastIndex;
        for (long index = Math.Max(1, last - RaftContender.KeptEntries + 1); index <= last; index++)
        {
            byte[] expected = _leader.Log[index];
            if (_leader.Followers.Any(follower => !follower.Log[index].AsSpan().SequenceEqual(expected)))
            {
                return $"the logs of the flow without Raft differ at index {index}";
            }
        }

        return null;
    }

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    protected override ValueTask<long> ProposeAsync(byte[] command) => _leader.ProposeAsync(command);

    protected override bool IsWorthRepeating(Exception failure) => false; // nothing ever fails here

    protected override Task RecoverAsync() => Task.CompletedTask;
}
