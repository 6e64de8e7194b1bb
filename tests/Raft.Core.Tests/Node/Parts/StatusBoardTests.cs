using System.Runtime.CompilerServices;
using Raft.Testing;

namespace Raft.Tests.Node;

public sealed class StatusBoardTests
{
    private readonly StepScheduler _scheduler = new();
    private readonly LiveCount _live = new();
    private readonly StatusBoard _board;

    public StatusBoardTests() =>
        _board = new StatusBoard(
            "n1",
            new CompletionSourcePool<bool>(_scheduler, _live),
            new ResumeBatchPool(_scheduler));

    [Fact]
    public void WaitForChangeAsync_WhenTheVersionIsOld_EndsAtOnce()
    {
        (_, long version) = _board.Read();
        _board.Publish(new PublishedStatus { Term = 1 });

        Assert.True(_board.WaitForChangeAsync(version, CancellationToken.None).AsTask().IsCompletedSuccessfully);
        Assert.Equal(0, _live.Value);
    }

    /// <summary>A waiter looks, rents what it waits on, and looks again. It is held up between the two, at the pool.</summary>
    [Fact]
    public void WaitForChangeAsync_StatusChangesBetweenTheTwoChecks_Ends()
    {
        Inline scheduler = new();
        CompletionSourcePool<bool> sources = new(scheduler, _live);
        StatusBoard board = new("n1", sources, new ResumeBatchPool(scheduler));
        (_, long version) = board.Read();
        Task? wait = null;
        Thread waiter = new(() => wait = board.WaitForChangeAsync(version, CancellationToken.None).AsTask());
        using (LockOf(sources).EnterScope())
        {
            waiter.Start();
            SpinWait.SpinUntil(() => waiter.ThreadState.HasFlag(ThreadState.WaitSleepJoin));
            board.Publish(new PublishedStatus { Term = 1 });
        }

        waiter.Join();

        Assert.True(wait!.IsCompletedSuccessfully);
        Assert.Equal(0, _live.Value);
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_lock")]
    private static extern ref readonly Lock LockOf(CompletionSourcePool<bool> pool);

    [Fact]
    public void PublishApplied_LateReportOfAnEarlierLife_ChangesNothing()
    {
        _board.PublishApplied(5);
        (_, long version) = _board.Read();

        _board.PublishApplied(3);

        Assert.Equal((5, version), (_board.AppliedIndex, _board.Version));
    }

    [Fact]
    public void Publish_WakesEveryWaiterOnce()
    {
        (_, long version) = _board.Read();
        Task[] waits = [.. Enumerable.Range(0, 3).Select(_ => _board.WaitForChangeAsync(version, CancellationToken.None).AsTask())];
        Assert.Equal(3, _live.Value);

        _board.Publish(new PublishedStatus { Term = 1 });
        _board.Publish(new PublishedStatus { Term = 2 });
        _scheduler.RunUntilIdle();

        Assert.All(waits, wait => Assert.True(wait.IsCompletedSuccessfully));
        Assert.Equal(2, _board.Read().Status.Term);
        Assert.Equal(0, _live.Value);
    }

    [Fact]
    public void Publish_OfTheSame_WakesNoWaiter()
    {
        _board.Publish(new PublishedStatus { Term = 1 });
        (_, long version) = _board.Read();
        Task wait = _board.WaitForChangeAsync(version, CancellationToken.None).AsTask();

        _board.Publish(new PublishedStatus { Term = 1 });
        _scheduler.RunUntilIdle();
        Assert.False(wait.IsCompleted);

        _board.PublishApplied(1);
        _scheduler.RunUntilIdle();
        Assert.True(wait.IsCompletedSuccessfully);
    }

    [Fact]
    public void WaitForChangeAsync_ThatIsCancelled_DoesNotAffectTheOthers()
    {
        (_, long version) = _board.Read();
        using CancellationTokenSource cancellation = new();
        Task cancelled = _board.WaitForChangeAsync(version, cancellation.Token).AsTask();
        Task other = _board.WaitForChangeAsync(version, CancellationToken.None).AsTask();

        cancellation.Cancel();
        _scheduler.RunUntilIdle();
        Assert.True(cancelled.IsCanceled);
        Assert.False(other.IsCompleted);

        _board.Touch();
        _scheduler.RunUntilIdle();
        Assert.True(other.IsCompletedSuccessfully);
        Assert.Equal(0, _live.Value);
    }

    /// <summary>Runs everything at once, on whichever thread asks.</summary>
    private sealed class Inline : IScheduler
    {
        public void Schedule(IThreadPoolWorkItem item, bool preferLocal) => item.Execute();

        public IBlockingScheduler CreateBlocking(string name) => throw new NotSupportedException();
    }
}
