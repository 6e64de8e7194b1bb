using Raft.Testing.Frameworks;
using Xunit.Abstractions;
using Xunit.Sdk;

// Runs all tests of this assembly, prints the failed ones and a summary, and ends with 1 if one failed or none ran.
Outcomes outcomes = new();
using XunitTestFramework framework = new(new NullMessageSink());
using ITestFrameworkExecutor executor = framework.GetExecutor(typeof(SimulationTests).Assembly.GetName());
DefaultOptions options = new();
executor.RunAll(outcomes, options, options);
return outcomes.Wait();
