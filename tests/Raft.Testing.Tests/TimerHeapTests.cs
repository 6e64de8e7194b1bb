namespace Raft.Testing.Tests;

public sealed class TimerHeapTests
{
    [Fact]
    public void Heap_AfterRandomChanges_GivesTheTimersInOrder()
    {
        SeededRandom random = new(seed: 1);
        TimerHeap heap = new();
        Timer[] timers = [.. Enumerable.Range(0, 100).Select(_ => new Timer())];
        SortedSet<(TimeSpan DueAt, long Order)> expected = [];
        for (int order = 1; order <= 5_000; order++)
        {
            Timer timer = timers[random.Next(timers.Length)];
            heap.Remove(timer);
            expected.Remove((timer.DueAt, timer.Order));
            if (random.Chance(0.7))
            {
                (timer.DueAt, timer.Order) = (TimeSpan.FromTicks(random.Next(50)), order);
                heap.Add(timer);
                expected.Add((timer.DueAt, timer.Order));
            }

            (TimeSpan DueAt, long Order)? actual = heap.First is { } first ? (first.DueAt, first.Order) : null;
            Assert.Equal(expected.Count == 0 ? null : expected.Min, actual);
        }
    }

    private sealed class Timer : TimerHeap.Timer;
}
