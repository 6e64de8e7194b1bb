namespace Raft.Storage.Files.Tests.Disk;

public sealed class DiskCallTests
{
    private readonly StepThreads _threads = new();

    [Fact]
    public async Task Call_UntilItsThreadRunsIt_IsPending()
    {
        bool hasRun = false;
        Task<bool> call = DiskCall<bool>.Run(_threads, () => hasRun = true, CancellationToken.None).AsTask();

        Assert.False(hasRun || call.IsCompleted);
        Assert.True(_threads.Step());
        Assert.True(call.IsCompleted && await call);
    }

    [Fact]
    public void Continuation_OfACall_RunsOnItsThreadBeforeTheWorkReturns()
    {
        int thread = 0;
        Task awaiting = AwaitAsync();
        _threads.Step();

        Assert.True(awaiting.IsCompletedSuccessfully);
        Assert.Equal(Environment.CurrentManagedThreadId, thread);

        async Task AwaitAsync()
        {
            await DiskCall<int>.Run(_threads, static () => 5).ConfigureAwait(false);
            thread = Environment.CurrentManagedThreadId;
        }
    }

    [Fact]
    public void Call_ThatThrows_FailsWithTheException() => Assert.Throws<DiskFullException>(
        () => _threads.Finish(DiskCall<int>.Run(_threads, static () => throw new DiskFullException("/a"), CancellationToken.None)));

    [Fact]
    public void Call_CancelledBeforeItBegan_IsNotMade()
    {
        using CancellationTokenSource source = new();
        bool hasRun = false;
        ValueTask<bool> call = DiskCall<bool>.Run(_threads, () => hasRun = true, source.Token);
        source.Cancel();

        Assert.Throws<OperationCanceledException>(() => _threads.Finish(call));
        Assert.False(hasRun);
    }
}
