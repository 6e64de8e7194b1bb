using System.Diagnostics;

namespace Raft.Soak;

/// <summary>
/// The race for a pooled source: result, failure and cancellation come at once, from several threads, and again when the
/// source already serves another call. Every call must end exactly once, with what was meant for it.
/// </summary>
internal sealed class Completions
{
    private const int Callers = 128;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly LiveCount _live = new();
    private readonly CompletionSourcePool<long> _pool;
    private readonly ResumeBatchPool _resumes = new(PoolScheduler.Shared);
    private readonly Call?[] _calls = new Call?[Callers];
    private readonly int _count;
    private long _begun;
    private long _succeeded;
    private long _failed;
    private long _cancelled;
    private long _wrong;
    private long _lost;
    private volatile bool _ended;

    private Completions(int count)
    {
        _count = count;
        _pool = new CompletionSourcePool<long>(PoolScheduler.Shared, _live);
    }

    private sealed record Call(long Id, CompletionSource<long> Source, uint Generation, CancellationTokenSource? Cancellation);

    private sealed class MeantForException(long id) : Exception
    {
        public long Id => id;
    }

    private long Ended =>
        Volatile.Read(ref _succeeded) + Volatile.Read(ref _failed) + Volatile.Read(ref _cancelled) + Volatile.Read(ref _wrong);

    public static Task<int> RunAsync(int count, int seed) => new Completions(count).RunAsync(new Random(seed));

    private async Task<int> RunAsync(Random random)
    {
        // Dedicated threads instead of pool threads, so that they run in parallel with the callers.
        Thread[] racers = [new(Complete), new(Cancel), new(Complete)];
        foreach (Thread racer in racers)
        {
            racer.IsBackground = true;
            racer.Start(new Random(random.Next()));
        }

        Stopwatch elapsed = Stopwatch.StartNew();
        int[] seeds = [.. Enumerable.Range(0, Callers).Select(_ => random.Next())];
        Task callers = Task.WhenAll(seeds.Select((seed, number) => Task.Run(() => CallAsync(number, new Random(seed)))));
        bool hangs = await WaitAsync(callers);
        _ended = true;
        foreach (Thread racer in racers)
        {
            racer.Join(Patience);
        }

        long hanging = _begun - Ended;
        Console.WriteLine($"{Ended:N0} calls in {elapsed.Elapsed.TotalSeconds:0} s, attempts that came too late "
            + $"{Volatile.Read(ref _lost):N0}, sources still counted as live {_live.Value}");
        Console.WriteLine($"completions {_count}, succeeded {_succeeded}, failed {_failed}, cancelled {_cancelled}, wrong {_wrong}, "
            + $"hanging {hanging}");
        return !hangs && hanging == 0 && _wrong == 0 && _live.Value == 0 && Ended == _count ? 0 : 1;
    }

    /// <summary>Waits as long as there is progress.</summary>
    private async Task<bool> WaitAsync(Task callers)
    {
        while (true)
        {
            long before = Ended;
            if (await Task.WhenAny(callers, Task.Delay(Patience)) == callers)
            {
                await callers;
                return false;
            }

            if (Ended == before)
            {
                return true;
            }

            await Console.Error.WriteLineAsync($"{Ended:N0} calls");
        }
    }

    private async Task CallAsync(int number, Random random)
    {
        while (Interlocked.Increment(ref _begun) is var id && id <= _count)
        {
            CancellationTokenSource? cancellation = random.Next(2) == 0 ? new() : null;
            CancellationToken token = cancellation?.Token ?? default;
            CompletionSource<long> source = _pool.Rent(token);
            ValueTask<long> result = source.Task;
            Volatile.Write(ref _calls[number], new Call(id, source, source.Generation, cancellation));
            try
            {
                Count(ref _succeeded, await result == id);
            }
            catch (MeantForException failure)
            {
                Count(ref _failed, failure.Id == id);
            }
            catch (OperationCanceledException cancelled)
            {
                Count(ref _cancelled, token.CanBeCanceled && cancelled.CancellationToken == token);
            }
        }

        Interlocked.Decrement(ref _begun); // one more than there was to do
    }

    private void Count(ref long ending, bool isRight) => Interlocked.Increment(ref isRight ? ref ending : ref _wrong);

    /// <summary>Completes every call that it finds, repeatedly: most attempts on a call are too late, some by a long time.</summary>
    private void Complete(object? state)
    {
        Random random = (Random)state!;
        while (!_ended)
        {
            ResumeBatch batch = _resumes.Rent();
            int lost = 0;
            for (int i = random.Next(8); i < Callers; i += random.Next(1, 8))
            {
                if (Volatile.Read(ref _calls[i]) is not { } call)
                {
                    continue;
                }

                bool claimed = random.Next(8) > 0
                    ? call.Source.TrySucceed(call.Generation, call.Id)
                    : call.Source.TryFail(call.Generation, new MeantForException(call.Id));
                if (!claimed)
                {
                    lost++;
                }
                else if (random.Next(2) == 0)
                {
                    call.Source.Resume();
                }
                else
                {
                    batch.Add(call.Source);
                }
            }

            batch.Start();
            YieldIfIdle(lost);
        }
    }

    private void Cancel(object? state)
    {
        Random random = (Random)state!;
        while (!_ended)
        {
            int lost = 0;
            for (int i = random.Next(32); i < Callers; i += random.Next(1, 32))
            {
                if (Volatile.Read(ref _calls[i])?.Cancellation is { } cancellation)
                {
                    lost += cancellation.IsCancellationRequested ? 1 : 0;
                    cancellation.Cancel();
                }
            }

            YieldIfIdle(lost);
        }
    }

    private void YieldIfIdle(int lost)
    {
        Interlocked.Add(ref _lost, lost);
        if (lost > 0)
        {
            Thread.Yield();
        }
    }
}
