using Raft.SimulationRuns;

namespace Raft.Testing.Tests.SimulationRuns;

public sealed class SimulatedPipeTests : IDisposable
{
    private readonly SimulatedWorld _world = new(11);
    private readonly StreamWeather _weather;
    private readonly SimulatedPipe _pipe;
    private readonly List<byte> _read = [];
    private bool _isReset;
    private bool _isEnded;

    public SimulatedPipeTests()
    {
        _weather = new StreamWeather(_world, new SeededRandom(3));
        _weather.End();
        _pipe = new SimulatedPipe(_world, _weather, "n1", "n2") { Arrived = ReadAll };
    }

    public void Dispose() => _pipe.Dispose();

    [Fact]
    public void Bytes_ArriveInOrder_LaterAndInParts()
    {
        byte[] sent = [.. Enumerable.Range(0, 200).Select(static i => (byte)i)];
        _pipe.Add(sent.AsSpan(0, 150), canFlip: true);
        _pipe.Add(sent.AsSpan(150), canFlip: true);
        Assert.Empty(_read);

        _world.RunFor(TimeSpan.FromSeconds(1));

        Assert.Equal(sent, _read);
        Assert.Equal(0, _pipe.Count);
    }

    [Fact]
    public void Bytes_WaitWhileTheLinkIsCutOrClogged()
    {
        _world.Network.CutOneWay("n1", "n2");
        _pipe.Add([1, 2, 3], canFlip: false);
        _world.RunFor(TimeSpan.FromSeconds(1));
        Assert.Empty(_read);

        _world.Network.RestoreOneWay("n1", "n2");
        _world.Network.Clog("n1", "n2");
        ReadAll();
        Assert.Empty(_read);

        _world.Network.Unclog("n1", "n2");
        ReadAll();
        Assert.Equal([1, 2, 3], _read);
    }

    [Fact]
    public void Reset_ArrivesAfterAnyPartOfWhatIsUnderWay()
    {
        _pipe.Add(new byte[100], canFlip: false);
        _pipe.Reset();
        _pipe.Add(new byte[100], canFlip: false);

        _world.RunFor(TimeSpan.FromSeconds(1));

        Assert.True(_isReset);
        Assert.InRange(_read.Count, 0, 100);
    }

    [Fact]
    public void End_ArrivesAfterEverything()
    {
        _pipe.Add(new byte[100], canFlip: false);
        _pipe.End();

        _world.RunFor(TimeSpan.FromSeconds(1));

        Assert.True(_isEnded);
        Assert.Equal(100, _read.Count);
    }

    [Fact]
    public void Repetition_InvertsBits()
    {
        _world.Network.Conditions.DuplicateRate = 1;
        for (int i = 0; i < 100; i++)
        {
            _pipe.Add(new byte[10], canFlip: true);
        }

        _world.RunFor(TimeSpan.FromSeconds(1));

        Assert.InRange(_read.Count(static value => value != 0), 1, 50);
    }

    private void ReadAll()
    {
        byte[] buffer = new byte[64];
        while (!_isEnded && !_isReset && _pipe.TryRead(buffer) is { } result)
        {
            try
            {
                int count = result();
                _isEnded = count == 0;
                _read.AddRange(buffer.AsSpan(0, count));
            }
            catch (IOException)
            {
                _isReset = true;
            }
        }
    }
}
