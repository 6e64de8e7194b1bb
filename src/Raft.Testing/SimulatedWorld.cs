using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Raft.Testing;

/// <summary>
/// One simulated run: a clock, a scheduler, a network and a trace that all follow from one seed. A step runs one waiting
/// item; when none waits, time jumps to the next timer. Virtual hours take seconds, and every run repeats exactly.
/// </summary>
/// <remarks>
/// Any thread may use it, in tests of any framework, synchronous or not, and after an <c>await</c> that resumed elsewhere; but one thread
/// at a time. A <see cref="SynchronizationContext"/> of the thread is set aside during each call. Work that leaves the thread during a
/// call is reported as an escape by whichever call runs next.
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
        using HomeThread.Visit visit = Enter();
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
        using HomeThread.Visit visit = Enter();
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
        using HomeThread.Visit visit = Enter();
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
        using HomeThread.Visit visit = Enter();
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

    /// <summary>Runs an asynchronous script, from its start, until it has ended; if it failed, its exception is thrown.</summary>
    /// <param name="script">The script, whose awaits continue inside the simulation, with or without <c>ConfigureAwait(false)</c>.</param>
    /// <param name="limit">How much virtual time it may take; null for <see cref="DefaultLimit"/>.</param>
    /// <param name="waitingFor">What is waited for, in failure messages.</param>
    public void Run(Func<Task> script, TimeSpan? limit = null, [CallerArgumentExpression(nameof(script))] string waitingFor = "")
    {
        ArgumentNullException.ThrowIfNull(script);
        using HomeThread.Visit visit = Enter();
        Run(Start(script), limit, waitingFor);
    }

    /// <summary>Runs an asynchronous script, from its start, until it has ended.</summary>
    /// <param name="script">The script, whose awaits continue inside the simulation, with or without <c>ConfigureAwait(false)</c>.</param>
    /// <param name="limit">How much virtual time it may take; null for <see cref="DefaultLimit"/>.</param>
    /// <param name="waitingFor">What is waited for, in failure messages.</param>
    /// <typeparam name="T">The type of its result.</typeparam>
    /// <returns>Its result; if it failed, its exception is thrown.</returns>
    public T Run<T>(Func<Task<T>> script, TimeSpan? limit = null, [CallerArgumentExpression(nameof(script))] string waitingFor = "")
    {
        ArgumentNullException.ThrowIfNull(script);
        using HomeThread.Visit visit = Enter();
        return Run(Start(script), limit, waitingFor);
    }

    private static TTask Start<TTask>(Func<TTask> script)
        where TTask : Task
    {
        TTask? task = null;
        DefaultTasks.Run(() => { task = script(); });
        return task ?? throw new InvalidOperationException("The script returned null instead of a task.");
    }

    /// <summary>The calling thread enters the simulation, until what is returned is disposed.</summary>
    internal HomeThread.Visit Enter() => _home.Enter();

    /// <summary>What was wrong in how the simulation is used, if anything: such an exception says nothing about the cluster.</summary>
    internal Exception? UseError { get; private set; }

    /// <summary>Notes an exception that is an error of use.</summary>
    internal void NoteUseError(Exception exception) => UseError ??= exception;

    /// <summary>Calls a function of the user's that belongs to the test, and not to what is tested.</summary>
    /// <param name="what">What the function is, as the start of a sentence.</param>
    /// <param name="function">The function.</param>
    /// <exception cref="InvalidOperationException">The function threw an exception.</exception>
    internal T Ask<T>(string what, Func<T> function)
    {
        try
        {
            return function();
        }
        // Whatever it is: it is the inner exception.
        catch (Exception exception)
        {
            string at = string.Create(CultureInfo.InvariantCulture, $"Seed {Seed}, virtual time {Clock.Now}.");
            InvalidOperationException error = new(
                $"{what} threw {exception.GetType().Name}, {UserFrame.Describe(new StackTrace(exception, fNeedFileInfo: true))}: "
                    + $"{exception.Message} {at}",
                exception);
            NoteUseError(error);
            throw error;
        }
    }

    /// <summary>As the other overload, for a function without a result.</summary>
    internal void Ask(string what, Action function) => Ask(what, () =>
    {
        function();
        return true;
    });

    /// <summary>
    /// Gets or sets the folder for the trace of a failure, which is written as text and as a page. Null (the default) for the folder
    /// <c>raft-traces</c> next to the running program; an empty string to write nothing. Without all events
    /// (<see cref="Trace.KeepEvents"/>, which a cluster calls itself) nothing is written, and the message has the last events.
    /// </summary>
    public string? TraceFolder { get; set; }

    /// <summary>Whether the world belongs to a <see cref="Simulation"/>, whose report says more about a failure.</summary>
    internal bool IsReported { get; set; }

    /// <summary>Makes the exception for a broken rule, with what matters first, and how to repeat it.</summary>
    /// <param name="what">What is wrong.</param>
    /// <param name="cause">What was thrown, if anything was.</param>
    /// <param name="rule">What is broken, without names and numbers; null if that is the text before the first colon.</param>
    internal SimulationException Failure(string what, Exception? cause = null, string? rule = null)
    {
        Trace.Note(Clock.Now, "violation", default, 0, what);
        rule ??= what.Split(':', 2)[0];
        StringBuilder message = new(what);
        foreach (string line in cause is null ? [] : UserFrame.Describe(cause, most: 5))
        {
            message.AppendLine().Append(line);
        }

        message.AppendLine().Append(CultureInfo.InvariantCulture, $"Virtual time {Clock.Now}, seed {Seed}, {Scheduler.Steps} steps.");
        foreach (Func<string> describe in Describing?.GetInvocationList().Cast<Func<string>>() ?? [])
        {
            message.AppendLine().Append(describe());
        }

        IReadOnlyList<string> lastEvents = Trace.RecentEvents;
        if (!IsReported)
        {
            AppendRepetition(message, rule, lastEvents);
        }

        return new SimulationException(rule, message.ToString(), cause) { LastEvents = lastEvents };
    }

    private void AppendRepetition(StringBuilder message, string rule, IReadOnlyList<string> lastEvents)
    {
        if (RepeatCommand.Find(new StackTrace()) is { } repeat)
        {
            message.AppendLine().Append(repeat);
        }

        if (Trace.KeepsEvents && TraceFolder != FailureFiles.None)
        {
            string title = string.Create(CultureInfo.InvariantCulture, $"{rule}, seed {Seed}");
            message.AppendLine().Append(FailureFiles.Write(TraceFolder, rule, Seed, new TraceReport(Trace, title)));
            return;
        }

        message.AppendLine().Append("The last events:");
        foreach (string line in lastEvents)
        {
            message.AppendLine().Append(line);
        }
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
