namespace Raft.Aot;

/// <summary>Says that it runs, and until when.</summary>
internal sealed class TermReporter : ILeaderWorker
{
    public async Task RunAsync(RaftNode node, Leadership leadership, CancellationToken cancellationToken)
    {
        Console.WriteLine($"The worker runs on the leader of term {leadership.Term}.");
        TaskCompletionSource lost = new();
        await using CancellationTokenRegistration registration = cancellationToken.Register(lost.SetResult);
        await lost.Task;
    }
}
