using System.Diagnostics;
using System.Globalization;

namespace Raft.Transport.Tcp.Fuzz;

/// <summary>Gives the transport inputs until it has received enough bytes. Inputs with a new outcome are changed further.</summary>
internal sealed class FuzzRun
{
    private const int MaximumCorpus = 2_000;
    private const int LargestKept = 64 * 1_024;
    private const int InputsBetweenValid = 100;
    private const int InputsBeforeMemory = 2_000;
    private const long MemoryBound = 64 * 1_024 * 1_024;

    private readonly Random _random;
    private readonly Mutator _mutator;
    private readonly Target _target = new();
    private readonly HashSet<string> _signatures = [];
    private readonly List<FuzzInput> _corpus = [];
    private readonly SortedDictionary<string, long> _outcomes = new(StringComparer.Ordinal);
    private long _memoryBefore;

    public FuzzRun(int seed)
    {
        _random = new Random(seed);
        _mutator = new Mutator(_random);
    }

    public long Inputs { get; private set; }

    public long Bytes { get; private set; }

    public int Signatures => _signatures.Count;

    /// <summary>The input that was run last.</summary>
    public FuzzInput? Last { get; private set; }

    /// <summary>How often connections have ended in each way.</summary>
    public IReadOnlyDictionary<string, long> Outcomes => _outcomes;

    /// <summary>Runs until that many bytes were given.</summary>
    /// <exception cref="FuzzException">An input has shown a fault; it is <see cref="Last"/>.</exception>
    public void Run(long bytes)
    {
        while (Bytes < bytes)
        {
            bool isValid = Inputs % InputsBetweenValid == 0;
            Outcome outcome = Give(isValid ? CreateValid() : Create());
            if (isValid && !outcome.Text.StartsWith("delivered", StringComparison.Ordinal))
            {
                throw new FuzzException("a valid connection does not work any more");
            }

            if (Inputs == InputsBeforeMemory)
            {
                _memoryBefore = GC.GetTotalMemory(forceFullCollection: true);
            }
        }

        RequireMemory();
    }

    /// <summary>Prints what has happened.</summary>
    public void Print(TextWriter output, Stopwatch time)
    {
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Inputs:N0} inputs, {Bytes:N0} bytes, {Signatures:N0} different courses, {time.Elapsed.TotalSeconds:N0} s, "
            + $"{Bytes / 1e6 / time.Elapsed.TotalSeconds:N1} MB/s"));
        foreach ((string outcome, long count) in _outcomes.OrderByDescending(static pair => pair.Value))
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count,12:N0}  {outcome}"));
        }
    }

    private Outcome Give(FuzzInput input)
    {
        Last = input;
        Outcome outcome = _target.Run(input);
        Inputs++;
        Bytes += input.Bytes.Length;
        _outcomes[outcome.Text] = _outcomes.GetValueOrDefault(outcome.Text) + 1;
        if (_signatures.Add(outcome.Signature) && _corpus.Count < MaximumCorpus && input.Bytes.Length <= LargestKept)
        {
            _corpus.Add(input);
        }

        return outcome;
    }

    private FuzzInput CreateValid()
    {
        while (true)
        {
            bool hasChecksums = _random.Next(2) == 0;
            FuzzInput input = Envelope(hasChecksums, [.. Sessions.Create(_random, hasChecksums).SelectMany(static block => block)]);
            if (Model.Deliver(input, Target.MaximumFrame).Count > 0)
            {
                return input; // and not one with control frames only
            }
        }
    }

    private FuzzInput Create()
    {
        if (_corpus.Count > 0 && _random.Next(3) == 0)
        {
            FuzzInput kept = _corpus[_random.Next(_corpus.Count)];
            return Envelope(kept.HasChecksums, _mutator.ChangeBytes(kept.Bytes, OtherBytes));
        }

        bool hasChecksums = _random.Next(2) == 0;
        byte[] bytes = _mutator.ChangeBlocks(
            Sessions.Create(_random, hasChecksums), () => Sessions.Create(_random, hasChecksums), hasChecksums);
        return Envelope(hasChecksums, _random.Next(3) == 0 ? _mutator.ChangeBytes(bytes, OtherBytes) : bytes);
    }

    private byte[] OtherBytes() => _corpus.Count == 0 ? [] : _corpus[_random.Next(_corpus.Count)].Bytes;

    private FuzzInput Envelope(bool hasChecksums, byte[] bytes) =>
        new(IsDialled: _random.Next(4) == 0, hasChecksums, Ends: _random.Next(8) > 0, _random.Next(), bytes);

    private void RequireMemory()
    {
        if (_memoryBefore == 0)
        {
            return;
        }

        long grown = GC.GetTotalMemory(forceFullCollection: true) - _memoryBefore - _corpus.Sum(static input => input.Bytes.LongLength);
        if (grown > MemoryBound)
        {
            throw new FuzzException($"after {Inputs} connections that have all ended, {grown} more bytes are in use");
        }
    }
}
