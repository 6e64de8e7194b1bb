// A cluster of real processes, with logs in files and connections over TCP, that are killed, stopped, cut off and starved, while clients
// record what they are answered. docs/verification.md describes it.

using Raft.Chaos;

const int WrongArguments = 2;
const int Skipped = 77;

if (args is [ServerArguments.Command, ..])
{
    return await ServerProgram.RunAsync(ServerArguments.Parse(args));
}

if (Arguments.Parse(args) is not { } arguments)
{
    Console.Error.WriteLine(Arguments.Usage);
    return WrongArguments;
}

if (arguments.ScheduleSteps > 0)
{
    Schedule schedule = new(arguments.Seed, arguments.UsesVolumes, arguments.Faults);
    for (int step = 0; step < arguments.ScheduleSteps; step++)
    {
        Console.WriteLine(schedule.Next());
    }

    return 0;
}

if (!OperatingSystem.IsLinux())
{
    Console.WriteLine("Skipped: processes are stopped and watched in ways that only Linux has.");
    return Skipped;
}

using Findings findings = new();
return await new ChaosRun(arguments, findings).RunAsync();
