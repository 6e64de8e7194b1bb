using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Raft.Testing;

/// <summary>
/// One simulated run: a clock, a scheduler, a network and a trace that all follow from one seed. A step runs one waiting
/// item; when none waits, time jumps to the next timer. Virtual hours take seconds, and every run repeats exactly.
/// </summary>
/// <remarks>
/// Belongs to the thread that made it, which must have no <see cref="SynchronizationContext"/>. Work that leaves the
/// thread is reported as an escape by whichever call runs next.
/// </remarks>
public sealed class SimulatedWorld
{
    private const long StepsWithoutTime = 1_000_000;

    private readonly HomeThread _home = new();

    /// <summary>Makes a world at virtual time zero.</summary>
    /// <param name="seed">Everything random in it follows from this.</param>
    /// <param name="shuffle">Whether waiting work runs in a random order, which finds more; false for the order in which it came.</param>
    public SimulatedWorld(ulong seed = 1, bool shuffle = true)
    {
        Seed = seed;
        Random = new SeededRandom(seed);
        Trace = new Trace();
        Clock = new SimulatedClock(_home, Trace);
        Network = new SimulatedNetwork(Clock, _home, Trace, Random.Fork());
        SeededRandom order = Random.Fork();
        Scheduler = new StepScheduler(_home, Trace, () => Clock.Now, shuffle ? order : null);
    }

    /// <summary>The seed that the world was made from.</summary>
    public ulong Seed { get; }

    /// <summary>Virtual time.</summary>
    public SimulatedClock Clock { get; }

    /// <summary>Where nodes run.</summary>
    public StepScheduler Scheduler { get; }

    /// <summary>What connects them.</summary>
    public SimulatedNetwork Network { get; }

    /// <summary>Everything that has happened.</summary>
    public Trace Trace { get; }

    /// <summary>Randomness for the script itself.</summary>
    public SeededRandom Random { get; }

    /// <summary>How much virtual time the runs may take that are given no limit. Default 60 s.</summary>
    public TimeSpan DefaultLimit { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Called after every step; throws if an invariant is broken.</summary>
    internal event Action? StepCompleted;

    /// <summary>Called when nothing waits, before time moves on; throws if an invariant is broken.</summary>
    internal event Action? Quiet;

    /// <summary>Adds more to what a failure message says.</summary>
    internal event Func<string>? Describing;

    /// <summary>Makes a log store on a disk of this world.</summary>
    /// <returns>The store, empty.</returns>
    public SimulatedLogStore CreateLogStore() => new(Clock, Scheduler, Random.Fork(), Trace);

    /// <summary>Makes a snapshot store on a disk of this world.</summary>
    /// <returns>The store, empty.</returns>
    public SimulatedSnapshotStore CreateSnapshotStore() => new(Clock, Scheduler, Random.Fork(), Trace);

    /// <summary>Runs one waiting item or, if none waits, moves time to the next timer.</summary>
    /// <returns>False if there is neither: nothing will ever happen by itself any more.</returns>
    public bool Step()
    {
        if (!Scheduler.RunStep())
        {
            Quiet?.Invoke();
            if (Clock.NextDueAt is not { } next)
            {
                return false;
            }

            Clock.AdvanceTo(next);
        }

        StepCompleted?.Invoke();
        return true;
    }

    /// <summary>Runs what waits, without moving time.</summary>
    public void RunUntilIdle() => RunUntilIdle(Scheduler.Steps + StepsWithoutTime);

    private void RunUntilIdle(long stepLimit)
    {
        while (Scheduler.RunStep())
        {
            StepCompleted?.Invoke();
            ThrowIfEndless(stepLimit);
        }

        Quiet?.Invoke();
    }

    /// <summary>Runs for a while.</summary>
    /// <param name="duration">How much virtual time passes; zero or more.</param>
    public void RunFor(TimeSpan duration)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(duration, TimeSpan.Zero);
        TimeSpan end = Clock.Now + duration;
        long stepLimit = Scheduler.Steps + StepsWithoutTime;
        RunUntilIdle(stepLimit);
        while (Clock.NextDueAt is { } next && next <= end)
        {
            if (next > Clock.Now)
            {
                stepLimit = Scheduler.Steps + StepsWithoutTime;
            }

            Clock.AdvanceTo(next);
            RunUntilIdle(stepLimit);
        }

        Clock.AdvanceTo(end);
    }

    /// <summary>Runs until a condition holds; it is checked before each step.</summary>
    /// <param name="condition">The condition.</param>
    /// <param name="limit">How much virtual time it may take; null for <see cref="DefaultLimit"/>.</param>
    /// <param name="waitingFor">What is waited for, in failure messages; by default the text of the condition.</param>
    /// <exception cref="SimulationException">It did not come true in time, or never will; or work left the simulation.</exception>
    public void RunUntil(
        Func<bool> condition, TimeSpan? limit = null, [CallerArgumentExpression(nameof(condition))] string waitingFor = "") =>
        RunUntil(condition, limit, waitingFor, rule: null);

    /// <summary>The same, with a name for what is broken if it does not come true in time.</summary>
    internal void RunUntil(Func<bool> condition, TimeSpan? limit, string waitingFor, string? rule)
    {
        ArgumentNullException.ThrowIfNull(condition);
        TimeSpan end = Clock.Now + (limit ?? DefaultLimit);
        long stepLimit = Scheduler.Steps + StepsWithoutTime;
        TimeSpan lastTime = Clock.Now;
        while (!condition())
        {
            if (Clock.Now != lastTime)
            {
                lastTime = Clock.Now;
                stepLimit = Scheduler.Steps + StepsWithoutTime;
            }

            ThrowIfEndless(stepLimit);
            bool timeIsUp = Scheduler.Waiting == 0 && Clock.NextDueAt > end;
            if (timeIsUp || !Step())
            {
                throw Failure(condition, timeIsUp, waitingFor, rule);
            }
        }

        _home.ThrowIfLeft(); // what left the simulation may have made the condition true
    }

    /// <summary>Runs until a task has ended.</summary>
    /// <param name="task">The task, which no other code awaits.</param>
    /// <param name="limit">How much virtual time it may take; null for <see cref="DefaultLimit"/>.</param>
    /// <param name="waitingFor">What is waited for, in failure messages.</param>
    /// <typeparam name="T">The type of its result.</typeparam>
    /// <returns>Its result; if it failed, its exception is thrown.</returns>
    public T Run<T>(ValueTask<T> task, TimeSpan? limit = null, [CallerArgumentExpression(nameof(task))] string waitingFor = "")
    {
        RunUntil(() => task.IsCompleted, limit, waitingFor);
        return task.GetAwaiter().GetResult();
    }

    /// <summary>Runs until a task has ended; if it failed, its exception is thrown.</summary>
    /// <param name="task">The task, which no other code awaits.</param>
    /// <param name="limit">How much virtual time it may take; null for <see cref="DefaultLimit"/>.</param>
    /// <param name="waitingFor">What is waited for, in failure messages.</param>
    public void Run(ValueTask task, TimeSpan? limit = null, [CallerArgumentExpression(nameof(task))] string waitingFor = "")
    {
        RunUntil(() => task.IsCompleted, limit, waitingFor);
        task.GetAwaiter().GetResult();
    }

    /// <summary>Runs until a task has ended.</summary>
    /// <param name="task">The task.</param>
    /// <param name="limit">How much virtual time it may take; null for <see cref="DefaultLimit"/>.</param>
    /// <param name="waitingFor">What is waited for, in failure messages.</param>
    /// <typeparam name="T">The type of its result.</typeparam>
    /// <returns>Its result; if it failed, its exception is thrown.</returns>
    public T Run<T>(Task<T> task, TimeSpan? limit = null, [CallerArgumentExpression(nameof(task))] string waitingFor = "")
    {
        ArgumentNullException.ThrowIfNull(task);
        RunUntil(() => task.IsCompleted, limit, waitingFor);
        return task.GetAwaiter().GetResult();
    }

    /// <summary>Runs until a task has ended; if it failed, its exception is thrown.</summary>
    /// <param name="task">The task.</param>
    /// <param name="limit">How much virtual time it may take; null for <see cref="DefaultLimit"/>.</param>
    /// <param name="waitingFor">What is waited for, in failure messages.</param>
    public void Run(Task task, TimeSpan? limit = null, [CallerArgumentExpression(nameof(task))] string waitingFor = "")
    {
        ArgumentNullException.ThrowIfNull(task);
        RunUntil(() => task.IsCompleted, limit, waitingFor);
        task.GetAwaiter().GetResult();
    }

    /// <summary>Makes the exception for a broken rule, with the time, the seed and the last events.</summary>
    /// <param name="what">What is wrong.</param>
    /// <param name="cause">What was thrown, if anything was.</param>
    /// <param name="rule">What is broken, without names and numbers; null if that is the text before the first colon.</param>
    internal SimulationException Failure(string what, Exception? cause = null, string? rule = null)
    {
        Trace.Note(Clock.Now, "violation", default, 0, what);
        StringBuilder message = new();
        message.Append(CultureInfo.InvariantCulture, $"{what} Virtual time {Clock.Now}, seed {Seed}, {Scheduler.Steps} steps.");
        foreach (Func<string> describe in Describing?.GetInvocationList().Cast<Func<string>>() ?? [])
        {
            message.AppendLine().Append(describe());
        }

        message.AppendLine().Append("The last events:");
        foreach (string line in Trace.RecentEvents)
        {
            message.AppendLine().Append(line);
        }

        return new SimulationException(rule ?? what.Split(':', 2)[0], message.ToString(), cause);
    }

    /// <summary>
    /// Finds out why a condition was not met. Work that left the simulation continues in real time, so a short wait in real time
    /// distinguishes an escape from something that hangs. Only a run that has failed already waits.
    /// </summary>
    private SimulationException Failure(Func<bool> condition, bool timeIsUp, string waitingFor, string? rule)
    {
        bool escaped = SpinWait.SpinUntil(() => Scheduler.HasEscapes || condition(), TimeSpan.FromMilliseconds(200));
        string verdict = escaped ? "ESCAPED: something left the simulation and continued in real time"
            : timeIsUp ? "TIMEOUT: it did not happen in time"
            : "HUNG: nothing waits and no timer is set, so nothing will ever happen";
        try
        {
            _home.ThrowIfLeft();
        }
        catch (SimulationException escape)
        {
            return Failure($"{verdict}. Waited for: {waitingFor}.", escape);
        }

        return Failure($"{verdict}. Waited for: {waitingFor}.", rule: escaped ? null : rule);
    }

    private void ThrowIfEndless(long stepLimit)
    {
        if (Scheduler.Steps >= stepLimit)
        {
            throw Failure($"LIVELOCK: {StepsWithoutTime} steps ran, and time has not moved.");
        }
    }
}
