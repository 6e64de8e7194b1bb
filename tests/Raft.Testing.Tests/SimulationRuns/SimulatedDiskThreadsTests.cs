using Raft.SimulationRuns;

namespace Raft.Testing.Tests.SimulationRuns;

public sealed class SimulatedDiskThreadsTests
{
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMilliseconds(20);

    private readonly SimulatedWorld _world = new();
    private readonly SimulatedDiskThreads _threads;
    private readonly List<int> _done = [];

    public SimulatedDiskThreadsTests() => _threads = new SimulatedDiskThreads(_world, new SeededRandom(1), static () => LongestDelay);

    [Fact]
    public void Work_IsDoneInAnyOrderWithinItsTime()
    {
        RunTen();
        Assert.Empty(_done);
        Assert.InRange(_threads.BusyUntil, LongestDelay / 20, LongestDelay);

        _world.RunFor(LongestDelay);

        Assert.Equal(Enumerable.Range(0, 10), _done.Order());
        Assert.NotEqual(Enumerable.Range(0, 10), _done);
    }

    [Fact]
    public void Hold_DoesNothingUntilItIsReleased()
    {
        RunTen();
        _threads.Hold();
        _world.RunFor(LongestDelay * 10);
        Assert.Empty(_done);

        _threads.Release();
        _world.RunFor(LongestDelay);
        Assert.Equal(10, _done.Count);
    }

    [Fact]
    public void Kill_DropsWhatWaits()
    {
        RunTen();
        _threads.Kill();
        RunTen();
        _world.RunFor(LongestDelay * 2);

        Assert.Empty(_done);
    }

    [Fact]
    public void RunUntil_DoesWorkUntilThePowerIsLost()
    {
        RunTen();
        _threads.RunUntil(() => _done.Count == 4);

        Assert.Equal(4, _done.Count);
    }

    private void RunTen()
    {
        for (int i = 0; i < 10; i++)
        {
            int number = i;
            _threads.Run(new WorkItem(() => _done.Add(number)));
        }
    }
}
