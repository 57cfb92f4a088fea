package io.hark.launcher.house;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Random;
import java.util.concurrent.ExecutorService;

/// What the modules' poms cannot say: which library stays where, and that the core decides without
/// clocks, threads or I/O.
@AnalyzeClasses(
        packages = "io.hark",
        importOptions = {ImportOption.DoNotIncludeTests.class, ArchitectureTest.NoTestJars.class})
class ArchitectureTest {
    /// Leaves out what another module's tests lend to ours.
    static final class NoTestJars implements ImportOption {
        @Override
        public boolean includes(Location location) {
            return !location.contains("-tests.jar");
        }
    }

    @ArchTest
    static final ArchRule nettyStaysWhereSocketsAre = noClasses()
            .that()
            .resideOutsideOfPackages(
                    "io.hark.frontend..", "io.hark.cluster.link..", "io.hark.launcher..", "io.hark.loadtest..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.netty..");

    @ArchTest
    static final ArchRule rocksDbStaysInTheHistoryStore = noClasses()
            .that()
            .resideOutsideOfPackage("io.hark.history..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.rocksdb..");

    @ArchTest
    static final ArchRule enginesOfTheClusterStayInIt = noClasses()
            .that()
            .resideOutsideOfPackage("io.hark.cluster..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.ratis..", "org.jgroups..", "io.grpc..", "com.google.protobuf..");

    @ArchTest
    static final ArchRule channelsKnowNothingOfNodes = noClasses()
            .that()
            .resideInAPackage("io.hark.channel..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.hark.slot..", "io.hark.control..", "io.hark.cluster..");

    @ArchTest
    static final ArchRule whatIsAgreedOnKnowsNothingOfHowSlotsRun = noClasses()
            .that()
            .resideInAPackage("io.hark.control..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.hark.slot..", "io.hark.cluster..");

    @ArchTest
    static final ArchRule protocolImportsNothingOfOurs = noClasses()
            .that()
            .resideInAPackage("io.hark.protocol..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.hark.auth..",
                    "io.hark.channel..",
                    "io.hark.presence..",
                    "io.hark.rest..",
                    "io.hark.frontend..");

    @ArchTest
    static final ArchRule coreReadsNoClockAndLogsNothing = noClasses()
            .that()
            .resideInAnyPackage(
                    "io.hark.channel..", "io.hark.presence..", "io.hark.stats..", "io.hark.control..", "io.hark.slot..")
            .should()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .dependOnClassesThat()
            .belongToAnyOf(Thread.class, Random.class, ExecutorService.class)
            .orShould()
            .dependOnClassesThat()
            .resideInAnyPackage("org.slf4j..", "java.nio.file..", "java.net..");

    @ArchTest
    static final ArchRule onlyPushAndTheClientSendRequestsToOthers = noClasses()
            .that()
            .resideOutsideOfPackages("io.hark.push..", "io.hark.sdk..", "io.hark.launcher..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("java.net.http..");

    @ArchTest
    static final ArchRule pushKnowsNoRoutesAndNoSlots = noClasses()
            .that()
            .resideInAPackage("io.hark.push..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.hark.rest..", "io.hark.frontend..", "io.hark.slot..", "io.hark.history..");

    @ArchTest
    static final ArchRule theClientKnowsNothingOfTheServer = noClasses()
            .that()
            .resideInAPackage("io.hark.sdk..")
            .should()
            .dependOnClassesThat(JavaClass.Predicates.resideInAPackage("io.hark..")
                    .and(DescribedPredicate.not(
                            JavaClass.Predicates.resideInAnyPackage("io.hark.sdk..", "io.hark.protocol.."))));

    @ArchTest
    static final ArchRule theServerDoesWithoutTheClient = noClasses()
            .that()
            .resideOutsideOfPackages("io.hark.sdk..", "io.hark.launcher..", "io.hark.loadtest..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.hark.sdk..");

    @ArchTest
    static final ArchRule theLoadGeneratorKnowsNothingOfTheServer = noClasses()
            .that()
            .resideInAPackage("io.hark.loadtest..")
            .should()
            .dependOnClassesThat(JavaClass.Predicates.resideInAPackage("io.hark..")
                    .and(DescribedPredicate.not(JavaClass.Predicates.resideInAnyPackage(
                            "io.hark.loadtest..", "io.hark.sdk..", "io.hark.protocol.."))));

    @ArchTest
    static final ArchRule restKnowsNoTransport = noClasses()
            .that()
            .resideInAPackage("io.hark.rest..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.hark.frontend..", "io.hark.history..", "io.netty..");

    @ArchTest
    static final ArchRule onlyTheLauncherReadsTheEnvironment = noClasses()
            .that()
            .resideOutsideOfPackage("io.hark.launcher..")
            .should()
            .callMethod(System.class, "getenv")
            .orShould()
            .callMethod(System.class, "getProperty", String.class);
}
